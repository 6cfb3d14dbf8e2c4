"""The running bot: its packages, joined."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
from telegram import Bot

from bot.alerts import Operator, raise_alarm
from bot.clock import SystemClock
from bot.common import CommonServices, build_common, build_outbox
from bot.config.settings import Settings
from bot.config.values import WEBHOOK_PATH
from bot.delivery.resend import Resends
from bot.engines.build import give_engines
from bot.http_client import HttpClient
from bot.intake.clips import Clips
from bot.jobs.recover import Restoration
from bot.privacy.consent import Consent
from bot.privacy.data_export import DataCopies
from bot.privacy.deletion import ForgetPeople
from bot.privacy.moderation import Moderation
from bot.privacy.retention import Retention
from bot.services import Services
from bot.shutdown import end_at_last, unless_stopped
from bot.task_pool import BackgroundTask
from bot.telegram.connection import BotApplication, build_application, build_bot, initialize
from bot.telegram.polling import Polling
from bot.telegram.updates import UpdateLoop
from bot.web.signs import Health, Sign
from bot.worker import Worker
from handlers import register
from handlers.menus import Menus
from storage.db.database import Database
from storage.db.errors import DatabaseLocked, DatabaseUnusable

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from bot.web.server import Served

logger = logging.getLogger(__name__)

LONG_LOCK_SECONDS = 30.0
_LOOK_AT_DATABASE_SECONDS = 5.0


async def run(settings: Settings, *, stop: asyncio.Event) -> None:
    """Run the bot until `stop` is set.

    Raises:
        TokenRejected: Telegram does not know the token at the start.
        DatabaseTooNew: the database belongs to a newer version.
        DatabaseUnusable: its file is damaged, full or read-only; the operator was told.
        DatabaseLocked: another program kept it locked at the start.
        SettingsInvalid: nothing can be served on the port that is set.
    """
    try:
        async with AsyncExitStack() as stack, AsyncExitStack() as port:
            health = Health(clock=SystemClock())
            served = await port.enter_async_context(_serving(settings, health))
            running = await unless_stopped(_start(settings, health, stack), stop)
            if running is not None:
                if served is not None:
                    served.add(_routes(running, settings))
                await _run_all(running, settings, stop, port)
    except DatabaseUnusable as trouble:
        await raise_alarm(settings, "operator-database-unusable", str(trouble))
        raise


class _Running(NamedTuple):
    worker: Worker
    updates: UpdateLoop
    polling: Polling | None
    common: CommonServices
    health: Health
    bot: Bot


async def _start(settings: Settings, health: Health, stack: AsyncExitStack) -> _Running:
    clock = health.clock
    database = await Database.open(settings.database_path, clock)
    stack.push_async_callback(database.close)
    application = build_application(
        build_bot(settings.telegram_bot_token, settings.telegram_base_url)
    )
    await initialize(application, clock)
    stack.push_async_callback(application.shutdown)
    running = await _join(settings, database, application, health, stack)
    logger.info("the bot is up: @%s, engine %s", application.bot.username, settings.engine)
    return running


async def _join(
    settings: Settings,
    database: Database,
    application: BotApplication,
    health: Health,
    stack: AsyncExitStack,
) -> _Running:
    clock = health.clock
    http = await stack.enter_async_context(HttpClient())
    common = await build_common(settings, database, application.bot, http, clock, stack)
    await give_engines(common, stack)
    updates = UpdateLoop(
        application=application,
        database=database,
        clock=clock,
        on_parked=partial(_report_parked, common.operator),
        on_look=partial(health.heard, Sign.UPDATES),
    )
    fetching = Polling(
        bot=application.bot,
        http=http,
        receiver=updates.receiver,
        clock=clock,
        on_heard=partial(health.heard, Sign.TELEGRAM),
        on_giving_way=partial(common.operator.tell, "second-poller", "operator-second-poller"),
    )
    polling = None if settings.is_behind_webhook else fetching
    menus = Menus(
        bot=application.bot, texts=common.texts, is_up=lambda: polling is None or polling.has_begun
    )
    register(application, common.part(Services))
    return _Running(
        worker=_worker(common, menus, health),
        updates=updates,
        polling=polling,
        common=common,
        health=health,
        bot=application.bot,
    )


def _worker(common: CommonServices, menus: Menus, health: Health) -> Worker:
    """With every background task and every kind of outbox entry there is."""
    others: tuple[type[Any], ...] = (Clips, Consent, DataCopies, ForgetPeople, Moderation, Resends)
    kinds = [common.operator.kind, *(kind for each in others for kind in common.part(each).kinds)]
    background_tasks: list[BackgroundTask] = [common.part(Retention), menus]
    if common.limits.backup_dir is not None:
        from bot.backups.task import Backups  # nothing that most bots need

        background_tasks.append(common.part(Backups))
    return Worker(
        common=common,
        background_tasks=background_tasks,
        outbox=build_outbox(common, kinds),
        on_round=partial(health.heard, Sign.WORKER),
    )


@asynccontextmanager
async def _serving(settings: Settings, health: Health) -> AsyncIterator[Served | None]:
    """How the bot is, on the port that is set, from the start on; where none is set, no server is
    even loaded.
    """
    if settings.listening_port is None:
        yield None
        return
    from bot.web.health import health_routes
    from bot.web.sentinel import watched_from_outside
    from bot.web.server import serving

    async with (
        serving(health_routes(health), settings.listening_port) as served,
        watched_from_outside(health, served.listeners),
    ):
        yield served


def _watches(running: _Running, settings: Settings) -> list[asyncio.Task[Any]]:
    """What looks after the bot's health, where that can be asked for."""
    if settings.listening_port is None:
        return []
    from bot.web.observer import observer_of
    from bot.web.webhook_watch import WebhookWatch

    watches = [observer_of(running.common, running.health, settings).run()]
    if running.polling is None:
        watch = WebhookWatch(
            bot=running.bot,
            health=running.health,
            address=settings.webhook_url or "",
            received=lambda: running.updates.receiver.received,
        )
        watches.append(watch.run())
    return [asyncio.create_task(each, name="health") for each in watches]


def _routes(running: _Running, settings: Settings) -> list[BaseRoute]:
    from bot.web.metrics import metrics_route
    from bot.web.webhook import webhook

    metrics = metrics_route(running.worker, running.health, settings.metrics_token)
    if running.polling is not None:
        return [metrics]
    # A proxy may pass the path of PUBLIC_URL on, or take it away.
    paths = {WEBHOOK_PATH, httpx.URL(settings.webhook_url or "").path}
    taking = partial(webhook, running.updates.receiver, settings.webhook_secret)
    return [metrics, *map(taking, paths)]


async def _run_all(
    running: _Running, settings: Settings, stop: asyncio.Event, port: AsyncExitStack
) -> None:
    """Until `stop`, or until the database is lost or one ends by itself; then all end, and what
    others ask of the bot first.
    """
    closing = asyncio.Event()
    tasks = [
        asyncio.create_task(_work(running, closing), name="worker"),
        asyncio.create_task(running.updates.run(), name="updates"),
    ]
    if running.polling is not None:
        tasks.append(asyncio.create_task(running.polling.run(), name="polling"))
    signs: list[asyncio.Task[Any]] = [
        asyncio.create_task(stop.wait()),
        asyncio.create_task(running.common.database.lost()),
        asyncio.create_task(_watch_database(running.common.database, settings)),
        *_watches(running, settings),
    ]
    running.health.expect(Sign.UPDATES)
    await asyncio.wait({*tasks, *signs}, return_when=asyncio.FIRST_COMPLETED)
    logger.info("stopping")
    end_at_last()
    await port.aclose()
    for sign in signs:
        sign.cancel()
    if running.polling is not None:
        running.polling.stop()
    running.updates.stop()
    closing.set()
    await running.common.database.hurry()
    await asyncio.wait({*tasks, *signs})
    _raise_what_ended_it([*tasks, *signs], stop)


async def _work(running: _Running, closing: asyncio.Event) -> None:
    """After a restore nothing is worked on before it is known what the database lacks."""
    await unless_stopped(running.common.part(Restoration).settle(), closing)
    if not closing.is_set():
        running.health.expect(Sign.WORKER)
        await running.worker.run(closing)


def _raise_what_ended_it(tasks: Sequence[asyncio.Task[Any]], stop: asyncio.Event) -> None:
    """A lost database before all else: the rest follows from it."""
    ended = [task for task in tasks if not task.cancelled()]
    errors = [error for task in ended if (error := task.exception()) is not None]
    for error in sorted(errors, key=lambda error: not isinstance(error, DatabaseUnusable)):
        if not (stop.is_set() and isinstance(error, DatabaseLocked)):
            raise error
        logger.warning("%s Stopped without waiting for it; nothing is lost.", error)


async def _watch_database(database: Database, settings: Settings) -> None:
    """A lock is waited for; a long one is somebody's mistake."""
    while True:
        await asyncio.sleep(_LOOK_AT_DATABASE_SECONDS)
        await database.look_in_place()
        if database.locked_seconds > LONG_LOCK_SECONDS:
            path = str(settings.database_path)
            await raise_alarm(settings, "operator-database-locked", path)


async def _report_parked(operator: Operator, update_id: int, reason: str) -> None:
    await operator.tell("parked", "operator-parked", update=str(update_id), detail=reason)
