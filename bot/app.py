"""The running bot: the one place where everything is wired together."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import assert_never

from telegram import BotCommand
from telegram.error import TelegramError

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
from bot.pipeline.nudge import Nudge
from bot.pipeline.operator import Operator
from bot.pipeline.pairing import Pairing
from bot.pipeline.photo import PhotoCheck
from bot.pipeline.pipeline import Pipeline
from bot.pipeline.preparation import Preparation
from bot.pipeline.preview_engine import PreviewEngine
from bot.pipeline.progress import Progress
from bot.pipeline.result import ResultFetch
from bot.pipeline.service_engine import ServiceEngine
from bot.pipeline.sound import SoundCheck
from bot.pipeline.submission import Submission
from bot.pipeline.terms import terms_of
from bot.pipeline.watching import Watch
from bot.pipeline.wording import HalfWording
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

logger = logging.getLogger(__name__)

COMMANDS = ("start", "help", "quota", "status", "cancel")


async def run(settings: Settings, *, stop: asyncio.Event) -> None:
    """Run the bot until `stop` is set.

    Raises:
        SecondInstance, TokenRejected: Telegram refuses to serve this process.
        DatabaseTooNew: the database belongs to a newer version.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.database_path)
        stack.push_async_callback(database.close)
        application = build_application(
            build_bot(settings.telegram_bot_token, settings.telegram_base_url)
        )
        await initialize(application, clock)
        stack.push_async_callback(application.shutdown)
        pipeline, desk, updates = await _wire(settings, database, application, clock, stack)
        register(application, desk)
        await _publish_commands(application, desk.texts)
        logger.info("the bot is up: @%s, engine %s", application.bot.username, settings.engine)
        await _run_both(pipeline, updates, stop)


async def _wire(
    settings: Settings,
    database: Database,
    application: BotApplication,
    clock: Clock,
    stack: AsyncExitStack,
) -> tuple[Pipeline, Desk, UpdateLoop]:
    terms, texts, nudge = terms_of(settings), Texts(), Nudge()
    http = await stack.enter_async_context(build_http())
    decoder = await stack.enter_async_context(MediaWorker())
    renderer = await stack.enter_async_context(MediaWorker(RENDERING))
    sender = await stack.enter_async_context(Sender(application.bot, clock))
    engine = await _engine(settings, renderer, clock, stack)
    files = Files(application.bot, http, clock)
    operator = Operator(database, sender, texts, terms.admin_ids, clock)
    conversation = Conversation(database, sender, texts, clock)
    ending = Ending(database, conversation, clock)
    pairing = Pairing(database, operator, terms, engine.name, clock, nudge)
    progress = Progress(database, conversation, engine.name, engine.slots, clock)
    watch = Watch(database, engine, ending, operator, terms.poll_seconds, clock)
    preparation = Preparation(database, files, decoder, engine, clock)
    pipeline = Pipeline(
        database=database,
        engine=engine,
        intake=Intake(
            database,
            files,
            PhotoCheck(database, decoder, engine, terms, clock),
            SoundCheck(decoder, engine),
            HalfWording(database, conversation, terms, clock),
            pairing,
            operator,
            clock,
        ),
        preparation=preparation,
        submission=Submission(database, engine, preparation, ending, operator, clock),
        watch=watch,
        result=ResultFetch(database, engine, renderer, ending, operator, terms.results, clock),
        delivery=Delivery(database, sender, renderer, conversation, ending, operator, terms, clock),
        ending=ending,
        progress=progress,
        operator=operator,
        nudge=nudge,
        clock=clock,
    )
    desk = Desk(database, sender, texts, terms, pairing, progress, watch, nudge, clock)
    updates = UpdateLoop(
        application, Inbox(database), http, clock, on_parked=_report_parked(operator)
    )
    return pipeline, desk, updates


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


async def _run_both(pipeline: Pipeline, updates: UpdateLoop, stop: asyncio.Event) -> None:
    """Until `stop`, or until either ends by itself: then the other is stopped too."""
    ending = asyncio.Event()
    tasks = {
        asyncio.create_task(pipeline.run(ending), name="pipeline"),
        asyncio.create_task(updates.run(), name="updates"),
    }
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({*tasks, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    logger.info("stopping")
    updates.stop()
    ending.set()
    for task in tasks:
        await task


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
