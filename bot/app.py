"""The running bot: the one place where everything is wired together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import NamedTuple

from bot.alerts import Operator, raise_alarm
from bot.chat.introduction import Introductions
from bot.chat.messenger import Messenger
from bot.chat.status import FirstStatus, Progress
from bot.clock import Clock, SystemClock
from bot.config import Settings
from bot.config.engines import ENGINES, EngineKind
from bot.dashscope.client import DashScope
from bot.delivery.deliver import Delivery
from bot.delivery.finish import Finisher
from bot.delivery.history import History
from bot.delivery.last_video import LastVideo
from bot.delivery.package import Packager
from bot.delivery.private_fallback import PrivateFallbacks
from bot.delivery.resend import Resends
from bot.delivery.round_video import RoundNotes
from bot.engines.base import Engine, outage_account
from bot.engines.dashscope import ServiceEngine
from bot.engines.face_check import Detection
from bot.engines.outages import Outages
from bot.engines.preview import PreviewEngine
from bot.engines.registry import EngineChoice, Engines
from bot.intake.clips import Clips
from bot.intake.inputs import LongVoice
from bot.intake.intake import Intake
from bot.intake.pairing import Pairing
from bot.intake.photo import PhotoCheck
from bot.intake.photo_help import PhotoHelp
from bot.intake.replies import MediaReplies
from bot.intake.voice import VoiceCheck
from bot.jobs.fetch import ResultFetch
from bot.jobs.join import Joining
from bot.jobs.prepare import Preparation
from bot.jobs.recover import Restoration
from bot.jobs.submit import Submission
from bot.jobs.watch import Watch
from bot.limits import limits_of
from bot.media.worker.client import DECODING, RENDERING, MediaWorker
from bot.outbox import BackgroundTask, Wakeup
from bot.privacy.consent import Consent
from bot.privacy.data_export import DataCopies
from bot.privacy.deletion import ForgetPeople
from bot.privacy.files import StoredFiles
from bot.privacy.moderation import Moderation
from bot.privacy.retention import Retention
from bot.services import Services
from bot.shutdown import end_at_last, unless_stopped
from bot.telegram.connection import (
    BotApplication,
    build_application,
    build_bot,
    build_http,
    initialize,
)
from bot.telegram.dispatch import OnParked
from bot.telegram.files import Files
from bot.telegram.members import Members
from bot.telegram.rate_limits import RateLimiter
from bot.telegram.sender import Documents, Sender
from bot.telegram.updates import UpdateLoop
from bot.texts import Texts
from bot.worker import Worker
from handlers import register
from handlers.menus import Menus
from storage.db.database import Database
from storage.db.errors import DatabaseLocked, DatabaseUnusable
from storage.inbox import Inbox
from storage.jobs import jobs

logger = logging.getLogger(__name__)

LONG_LOCK_SECONDS = 30.0
_LOOK_AT_LOCKS_SECONDS = 5.0


async def run(settings: Settings, *, stop: asyncio.Event) -> None:
    """Run the bot until `stop` is set.

    Raises:
        SecondInstance, TokenRejected: Telegram refuses to serve this process.
        DatabaseTooNew: the database belongs to a newer version.
        DatabaseUnusable: its file is damaged, full or read-only; the operator was told.
        DatabaseLocked: another program kept it locked at the start.
    """
    try:
        async with AsyncExitStack() as stack:
            running = await unless_stopped(_start(settings, stack), stop)
            if running is not None:
                await _run_both(running, settings, stop)
    except DatabaseUnusable as trouble:
        await raise_alarm(settings, "operator-database-unusable", str(trouble))
        raise


class _Running(NamedTuple):
    database: Database
    restoration: Restoration
    worker: Worker
    updates: UpdateLoop


async def _start(settings: Settings, stack: AsyncExitStack) -> _Running:
    clock = SystemClock()
    database = await Database.open(settings.database_path)
    stack.push_async_callback(database.close)
    application = build_application(
        build_bot(settings.telegram_bot_token, settings.telegram_base_url)
    )
    await initialize(application, clock)
    stack.push_async_callback(application.shutdown)
    restoration, worker, services, updates = await _wire(
        settings, database, application, clock, stack
    )
    register(application, services)
    logger.info("the bot is up: @%s, engine %s", application.bot.username, settings.engine)
    return _Running(database, restoration, worker, updates)


async def _wire(
    settings: Settings,
    database: Database,
    application: BotApplication,
    clock: Clock,
    stack: AsyncExitStack,
) -> tuple[Restoration, Worker, Services, UpdateLoop]:
    limits, texts, wakeup = limits_of(settings), Texts(), Wakeup()
    http = await stack.enter_async_context(build_http())
    decoder = await stack.enter_async_context(MediaWorker(DECODING, clock))
    renderer = await stack.enter_async_context(MediaWorker(RENDERING, clock))
    rate_limiter = RateLimiter(clock)
    sender = await stack.enter_async_context(
        Sender(application.bot, clock, rate_limiter=rate_limiter)
    )
    members = Members(application.bot, rate_limiter, clock)
    engines = await _engines(settings, database, renderer, clock, stack)
    files = Files(application.bot, http, clock)
    operator = Operator(database, sender, texts, limits.admin_ids, clock)
    updates = UpdateLoop(
        application, Inbox(database), http, clock, on_parked=_report_parked(operator)
    )
    outages = _outages(engines, database, operator, clock)
    messenger = Messenger(database, sender, texts, clock)
    bot_name = application.bot.username
    consent = Consent(database, sender, messenger, limits.agreement, bot_name, clock)
    finisher = Finisher(database, messenger, limits, clock)
    pairing = Pairing(database, operator, consent, limits, clock, wakeup)
    progress = Progress(database, messenger, engines.default.slots, outages, clock)
    watch = Watch(database, engines, finisher, operator, outages, limits.poll_seconds, clock)
    kept = StoredFiles(limits.results)
    people_tasks: list[BackgroundTask] = [
        ForgetPeople(database, sender, texts, limits.caps, kept, clock),
        DataCopies(database, Documents(application.bot, rate_limiter, clock), messenger, clock),
        Moderation(database, sender, messenger, kept, operator, clock),
    ]
    long_voice = LongVoice(limits.longest_voice_milliseconds)
    clips = Clips(database, sender, files, long_voice, messenger, clock)
    detection = Detection(database, limits, outages, clock)
    choice = EngineChoice(database, limits, engines)
    preparation = Preparation(database, files, decoder, long_voice, engines, detection, clock)
    packager = Packager(database, renderer, messenger, limits, clock)
    introductions = Introductions(database, sender, members, texts, bot_name, clock)
    private_fallbacks = PrivateFallbacks(database, sender, packager, messenger, introductions)
    await stack.enter_async_context(
        Retention(database, limits.results, limits.keep_results_milliseconds, clock)
    )
    last = LastVideo(database, sender, packager)
    resends = Resends(
        database,
        sender,
        messenger,
        last,
        RoundNotes(database, sender, packager, files),
        History(database, packager, files, decoder, texts, limits),
        clock,
    )
    worker = Worker(
        database=database,
        engines=engines,
        intake=Intake(
            database,
            files,
            PhotoCheck(decoder, detection, choice, outages),
            VoiceCheck(decoder, long_voice, choice, outages),
            MediaReplies(database, messenger, limits, clock),
            PhotoHelp(database, files, decoder, messenger, sender),
            consent,
            pairing,
            operator,
            clock,
        ),
        preparation=preparation,
        submission=Submission(database, engines, preparation, finisher, operator, outages, clock),
        watch=watch,
        result=ResultFetch(database, engines, renderer, finisher, operator, limits.results, clock),
        joining=Joining(
            *(database, files, renderer, long_voice, finisher, operator, limits.results, clock)
        ),
        delivery=Delivery(
            *(database, sender, packager, messenger, private_fallbacks, finisher, operator, clock)
        ),
        finisher=finisher,
        progress=progress,
        operator=operator,
        outages=outages,
        background_tasks=[
            *(consent, clips, FirstStatus(database, messenger, progress), resends),
            *people_tasks,
            Menus(application.bot, texts, lambda: updates.is_polling),
        ],
        wakeup=wakeup,
        clock=clock,
    )
    services = Services(
        database=database,
        sender=sender,
        members=members,
        introductions=introductions,
        operator=operator,
        texts=texts,
        limits=limits,
        pairing=pairing,
        progress=progress,
        watch=watch,
        outages=outages,
        last=last,
        wakeup=wakeup,
        clock=clock,
    )
    restoration = Restoration(database, engines, operator, clock)
    return restoration, worker, services, updates


async def _engines(
    settings: Settings,
    database: Database,
    renderer: MediaWorker,
    clock: Clock,
    stack: AsyncExitStack,
) -> Engines:
    """Those that are on, and those switched off whose jobs have not all ended."""
    service = await _service(settings, clock, stack)
    needed = {job.engine for job in await jobs.open_jobs(database)}
    off = [name for name in ENGINES if name in needed and name not in settings.engines]
    if service is None:
        off = [name for name in off if ENGINES[name].is_local]
    kinds = [ENGINES[name] for name in (*settings.engines, *off)]
    made = [await _engine(kind, settings, service, renderer, clock, stack) for kind in kinds]
    number = len(settings.engines)
    return Engines(*made[:number], off=made[number:])


async def _service(settings: Settings, clock: Clock, stack: AsyncExitStack) -> DashScope | None:
    """The provider's client, one for all engines: they share its limits."""
    if settings.dashscope_api_key is None:
        return None
    http = await stack.enter_async_context(build_http())
    service = DashScope(
        http,
        base_url=settings.dashscope_base_url,
        api_key=settings.dashscope_api_key,
        clock=clock,
    )
    stack.push_async_callback(service.aclose)
    return service


async def _engine(
    kind: EngineKind,
    settings: Settings,
    service: DashScope | None,
    renderer: MediaWorker,
    clock: Clock,
    stack: AsyncExitStack,
) -> Engine:
    if not kind.is_local:
        assert service is not None  # noqa: S101
        return ServiceEngine(service, kind, style=settings.style)
    preview = PreviewEngine(kind, settings.previews_directory, renderer, clock)
    stack.push_async_callback(preview.close)
    return preview


def _outages(engines: Engines, database: Database, operator: Operator, clock: Clock) -> Outages:
    """One for each engine; the first has those of the others under it."""
    usual, *others = engines.all
    if not others:
        return Outages(database, operator, outage_account(usual), clock)
    return Outages(
        database,
        operator,
        outage_account(usual),
        clock,
        engine=usual.name,
        others=[
            Outages(database, operator, outage_account(other), clock, engine=other.name)
            for other in others
        ],
    )


async def _run_both(running: _Running, settings: Settings, stop: asyncio.Event) -> None:
    """Until `stop`, or until the database is lost or either ends by itself; then all end."""
    closing = asyncio.Event()
    tasks = [
        asyncio.create_task(_work(running, closing), name="worker"),
        asyncio.create_task(running.updates.run(), name="updates"),
    ]
    signs = [
        asyncio.create_task(stop.wait()),
        asyncio.create_task(running.database.lost()),
        asyncio.create_task(_report_locks(running.database, settings)),
    ]
    await asyncio.wait({*tasks, *signs}, return_when=asyncio.FIRST_COMPLETED)
    logger.info("stopping")
    end_at_last()
    for sign in signs:
        sign.cancel()
    running.updates.stop()
    closing.set()
    await running.database.hurry()
    await asyncio.wait({*tasks, *signs})
    _raise_what_ended_it(tasks, stop)


async def _work(running: _Running, closing: asyncio.Event) -> None:
    """After a restore nothing is worked on before it is known what the database lacks."""
    await unless_stopped(running.restoration.settle(), closing)
    if not closing.is_set():
        await running.worker.run(closing)


def _raise_what_ended_it(tasks: Sequence[asyncio.Task[None]], stop: asyncio.Event) -> None:
    """A lost database before all else: the rest follows from it."""
    errors = [error for task in tasks if (error := task.exception()) is not None]
    for error in sorted(errors, key=lambda error: not isinstance(error, DatabaseUnusable)):
        if not (stop.is_set() and isinstance(error, DatabaseLocked)):
            raise error
        logger.warning("%s Stopped without waiting for it; nothing is lost.", error)


async def _report_locks(database: Database, settings: Settings) -> None:
    """A lock is waited for; a long one is somebody's mistake."""
    while True:
        await asyncio.sleep(_LOOK_AT_LOCKS_SECONDS)
        if database.locked_seconds > LONG_LOCK_SECONDS:
            path = str(settings.database_path)
            await raise_alarm(settings, "operator-database-locked", path)


def _report_parked(operator: Operator) -> OnParked:
    async def report(update_id: int, reason: str) -> None:
        detail = f"update {update_id}: {reason}"
        await operator.tell("parked", "operator-parked", detail=detail)

    return report
