"""The running bot: the one place where everything is wired together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import NamedTuple, assert_never

from telegram import BotCommand
from telegram.error import TelegramError

from bot.alarm import raise_alarm
from bot.clock import Clock, SystemClock
from bot.config import Settings
from bot.dashscope.client import DashScope
from bot.desk import Desk
from bot.media.worker import RENDERING, MediaWorker
from bot.pipeline.conversation import Conversation
from bot.pipeline.delivery import Delivery
from bot.pipeline.ending import Ending
from bot.pipeline.engine import Engine
from bot.pipeline.intake import Intake
from bot.pipeline.last_video import LastVideo
from bot.pipeline.nudge import Nudge
from bot.pipeline.operator import Operator
from bot.pipeline.packing import Packing
from bot.pipeline.pairing import Pairing
from bot.pipeline.photo import PhotoCheck
from bot.pipeline.pipeline import Pipeline
from bot.pipeline.preparation import Preparation
from bot.pipeline.preview_engine import PreviewEngine
from bot.pipeline.progress import Progress
from bot.pipeline.restoration import Restoration
from bot.pipeline.result import ResultFetch
from bot.pipeline.retention import Retention
from bot.pipeline.service_engine import ServiceEngine
from bot.pipeline.sound import SoundCheck
from bot.pipeline.stops import Stops
from bot.pipeline.submission import Submission
from bot.pipeline.terms import terms_of
from bot.pipeline.watching import Watch
from bot.pipeline.wording import HalfWording
from bot.stopping import end_at_last, unless_stopped
from bot.telegram.connection import (
    BotApplication,
    build_application,
    build_bot,
    build_http,
    initialize,
)
from bot.telegram.files import Files
from bot.telegram.handling import OnParked
from bot.telegram.sender import Sender
from bot.telegram.updates import UpdateLoop
from bot.texts import LANGUAGES, Texts
from handlers import register
from storage.database import Database
from storage.inbox import Inbox
from storage.trouble import DatabaseLocked, DatabaseUnusable

logger = logging.getLogger(__name__)

LONG_LOCK_SECONDS = 30.0
_LOOK_AT_LOCKS_SECONDS = 5.0

COMMANDS = ("start", "help", "last", "quota", "status", "cancel")


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
    pipeline: Pipeline
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
    restoration, pipeline, desk, updates = await _wire(
        settings, database, application, clock, stack
    )
    register(application, desk)
    await _publish_commands(application, desk.texts)
    logger.info("the bot is up: @%s, engine %s", application.bot.username, settings.engine)
    return _Running(database, restoration, pipeline, updates)


async def _wire(
    settings: Settings,
    database: Database,
    application: BotApplication,
    clock: Clock,
    stack: AsyncExitStack,
) -> tuple[Restoration, Pipeline, Desk, UpdateLoop]:
    terms, texts, nudge = terms_of(settings), Texts(), Nudge()
    http = await stack.enter_async_context(build_http())
    decoder = await stack.enter_async_context(MediaWorker())
    renderer = await stack.enter_async_context(MediaWorker(RENDERING))
    sender = await stack.enter_async_context(Sender(application.bot, clock))
    engine = await _engine(settings, renderer, clock, stack)
    files = Files(application.bot, http, clock)
    operator = Operator(database, sender, texts, terms.admin_ids, clock)
    stops = Stops(database, operator, engine.account, clock)
    conversation = Conversation(database, sender, texts, clock)
    ending = Ending(database, conversation, clock)
    pairing = Pairing(database, operator, terms, engine.name, clock, nudge)
    progress = Progress(database, conversation, engine.name, engine.slots, stops, clock)
    watch = Watch(database, engine, ending, operator, stops, terms.poll_seconds, clock)
    preparation = Preparation(database, files, decoder, engine, clock)
    packing = Packing(database, renderer, conversation, terms, clock)
    await stack.enter_async_context(
        Retention(database, terms.results, terms.keep_results_milliseconds, clock)
    )
    pipeline = Pipeline(
        database=database,
        engine=engine,
        intake=Intake(
            database,
            files,
            PhotoCheck(database, decoder, engine, terms, stops, clock),
            SoundCheck(decoder, engine, stops),
            HalfWording(database, conversation, terms, clock),
            pairing,
            operator,
            clock,
        ),
        preparation=preparation,
        submission=Submission(database, engine, preparation, ending, operator, stops, clock),
        watch=watch,
        result=ResultFetch(database, engine, renderer, ending, operator, terms.results, clock),
        delivery=Delivery(database, sender, packing, conversation, ending, operator, clock),
        ending=ending,
        progress=progress,
        operator=operator,
        stops=stops,
        nudge=nudge,
        clock=clock,
    )
    last = LastVideo(database, sender, packing)
    desk = Desk(database, sender, texts, terms, pairing, progress, watch, stops, last, nudge, clock)
    updates = UpdateLoop(
        application, Inbox(database), http, clock, on_parked=_report_parked(operator)
    )
    restoration = Restoration(database, engine, operator, clock)
    return restoration, pipeline, desk, updates


async def _engine(
    settings: Settings, renderer: MediaWorker, clock: Clock, stack: AsyncExitStack
) -> Engine:
    match settings.engine:
        case "preview":
            preview = PreviewEngine(settings.data_directory / "preview", renderer, clock)
            stack.push_async_callback(preview.close)
            return preview
        case "wan2.2-s2v" | "emo":
            assert settings.dashscope_api_key is not None  # noqa: S101
            http = await stack.enter_async_context(build_http())
            service = DashScope(
                http,
                base_url=settings.dashscope_base_url,
                api_key=settings.dashscope_api_key,
                clock=clock,
            )
            stack.push_async_callback(service.aclose)
            return ServiceEngine(service, settings.engine, style=settings.style)
        case _:
            assert_never(settings.engine)


async def _run_both(running: _Running, settings: Settings, stop: asyncio.Event) -> None:
    """Until `stop`, or until the database is lost or either ends by itself; then all end."""
    ending = asyncio.Event()
    tasks = [
        asyncio.create_task(_work(running, ending), name="pipeline"),
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
    ending.set()
    await running.database.hurry()
    await asyncio.wait({*tasks, *signs})
    _raise_what_ended_it(tasks, stop)


async def _work(running: _Running, ending: asyncio.Event) -> None:
    """After a restore nothing is worked on before it is known what the database lacks."""
    await unless_stopped(running.restoration.settle(), ending)
    if not ending.is_set():
        await running.pipeline.run(ending)


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


async def _publish_commands(application: BotApplication, texts: Texts) -> None:
    """The menu of commands, in every language; without it the bot works all the same."""
    for language in LANGUAGES:
        catalogue = texts.of(language)
        menu = [BotCommand(name, catalogue.plain(f"command-{name}")) for name in COMMANDS]
        code = "" if language == "en" else language.split("-")[0]
        try:
            await application.bot.set_my_commands(menu, language_code=code)
        except TelegramError as failure:
            logger.warning("the menu of commands could not be set: %s", type(failure).__name__)
