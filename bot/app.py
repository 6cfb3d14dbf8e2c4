"""The running bot: the one place where everything is wired together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import NamedTuple, assert_never

from bot.alarm import raise_alarm
from bot.clock import Clock, SystemClock
from bot.config import Settings
from bot.config.prices import ENGINES
from bot.config.prices import Engine as EngineName
from bot.dashscope.client import DashScope
from bot.desk import Desk
from bot.media.worker import DECODING, RENDERING, MediaWorker
from bot.menus import Menus
from bot.pipeline.arrivals import Arrivals
from bot.pipeline.chores import Chore
from bot.pipeline.consent import Consent
from bot.pipeline.conversation import Conversation
from bot.pipeline.data_copies import DataCopies
from bot.pipeline.delivery import Delivery
from bot.pipeline.detection import Detection
from bot.pipeline.detour import Detours
from bot.pipeline.ending import Ending
from bot.pipeline.engine import Engine, stops_account
from bot.pipeline.engines import EngineChoice, Engines
from bot.pipeline.errands import Errands
from bot.pipeline.excerpts import Excerpts
from bot.pipeline.first_status import FirstStatus
from bot.pipeline.forgetting import ForgetPeople
from bot.pipeline.history import History
from bot.pipeline.intake import Intake
from bot.pipeline.joining import Joining
from bot.pipeline.kept_files import KeptFiles
from bot.pipeline.last_video import LastVideo
from bot.pipeline.long_voice import LongVoice
from bot.pipeline.moderation import Moderation
from bot.pipeline.nudge import Nudge
from bot.pipeline.operator import Operator
from bot.pipeline.packing import Packing
from bot.pipeline.pairing import Pairing
from bot.pipeline.photo import PhotoCheck
from bot.pipeline.photo_help import PhotoHelp
from bot.pipeline.pipeline import Pipeline
from bot.pipeline.preparation import Preparation
from bot.pipeline.preview_engine import PreviewEngine
from bot.pipeline.progress import Progress
from bot.pipeline.restoration import Restoration
from bot.pipeline.result import ResultFetch
from bot.pipeline.retention import Retention
from bot.pipeline.round_notes import RoundNotes
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
from bot.telegram.documents import Documents
from bot.telegram.files import Files
from bot.telegram.handling import OnParked
from bot.telegram.members import Members
from bot.telegram.pace import Pace
from bot.telegram.sender import Sender
from bot.telegram.updates import UpdateLoop
from bot.texts import Texts
from handlers import register
from storage import jobs
from storage.database import Database
from storage.inbox import Inbox
from storage.trouble import DatabaseLocked, DatabaseUnusable

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
    decoder = await stack.enter_async_context(MediaWorker(DECODING, clock))
    renderer = await stack.enter_async_context(MediaWorker(RENDERING, clock))
    pace = Pace(clock)
    sender = await stack.enter_async_context(Sender(application.bot, clock, pace=pace))
    members = Members(application.bot, pace, clock)
    engines = await _engines(settings, database, renderer, clock, stack)
    files = Files(application.bot, http, clock)
    operator = Operator(database, sender, texts, terms.admin_ids, clock)
    updates = UpdateLoop(
        application, Inbox(database), http, clock, on_parked=_report_parked(operator)
    )
    stops = _stops(engines, database, operator, clock)
    conversation = Conversation(database, sender, texts, clock)
    bot_name = application.bot.username
    consent = Consent(database, sender, conversation, terms.agreement, bot_name, clock)
    ending = Ending(database, conversation, terms, clock)
    pairing = Pairing(database, operator, consent, terms, clock, nudge)
    progress = Progress(database, conversation, engines.default.slots, stops, clock)
    watch = Watch(database, engines, ending, operator, stops, terms.poll_seconds, clock)
    kept = KeptFiles(terms.results)
    people_chores: list[Chore] = [
        ForgetPeople(database, sender, texts, terms.caps, kept, clock),
        DataCopies(database, Documents(application.bot, pace, clock), conversation, clock),
        Moderation(database, sender, conversation, kept, operator, clock),
    ]
    long_voice = LongVoice(terms.longest_voice_milliseconds)
    excerpts = Excerpts(database, sender, files, long_voice, conversation, clock)
    detection = Detection(database, terms, stops, clock)
    choice = EngineChoice(database, terms, engines)
    preparation = Preparation(database, files, decoder, long_voice, engines, detection, clock)
    packing = Packing(database, renderer, conversation, terms, clock)
    arrivals = Arrivals(database, sender, members, texts, bot_name, clock)
    detours = Detours(database, sender, packing, conversation, arrivals)
    await stack.enter_async_context(
        Retention(database, terms.results, terms.keep_results_milliseconds, clock)
    )
    last = LastVideo(database, sender, packing)
    errands = Errands(
        database,
        sender,
        conversation,
        last,
        RoundNotes(database, sender, packing, files),
        History(database, packing, files, decoder, texts, terms),
        clock,
    )
    pipeline = Pipeline(
        database=database,
        engines=engines,
        intake=Intake(
            database,
            files,
            PhotoCheck(decoder, detection, choice, stops),
            SoundCheck(decoder, long_voice, choice, stops),
            HalfWording(database, conversation, terms, clock),
            PhotoHelp(database, files, decoder, conversation, sender),
            consent,
            pairing,
            operator,
            clock,
        ),
        preparation=preparation,
        submission=Submission(database, engines, preparation, ending, operator, stops, clock),
        watch=watch,
        result=ResultFetch(database, engines, renderer, ending, operator, terms.results, clock),
        joining=Joining(
            *(database, files, renderer, long_voice, ending, operator, terms.results, clock)
        ),
        delivery=Delivery(
            *(database, sender, packing, conversation, detours, ending, operator, clock)
        ),
        ending=ending,
        progress=progress,
        operator=operator,
        stops=stops,
        chores=[
            *(consent, excerpts, FirstStatus(database, conversation, progress), errands),
            *people_chores,
            Menus(application.bot, texts, lambda: updates.is_polling),
        ],
        nudge=nudge,
        clock=clock,
    )
    desk = Desk(
        database=database,
        sender=sender,
        members=members,
        arrivals=arrivals,
        operator=operator,
        texts=texts,
        terms=terms,
        pairing=pairing,
        progress=progress,
        watch=watch,
        stops=stops,
        last=last,
        nudge=nudge,
        clock=clock,
    )
    restoration = Restoration(database, engines, operator, clock)
    return restoration, pipeline, desk, updates


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
        off = [name for name in off if name == "preview"]
    names = (*settings.engines, *off)
    made = [await _engine(name, settings, service, renderer, clock, stack) for name in names]
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
    name: EngineName,
    settings: Settings,
    service: DashScope | None,
    renderer: MediaWorker,
    clock: Clock,
    stack: AsyncExitStack,
) -> Engine:
    match name:
        case "preview":
            preview = PreviewEngine(settings.previews_directory, renderer, clock)
            stack.push_async_callback(preview.close)
            return preview
        case "wan2.2-s2v" | "emo":
            assert service is not None  # noqa: S101
            return ServiceEngine(service, name, style=settings.style)
        case _:
            assert_never(name)


def _stops(engines: Engines, database: Database, operator: Operator, clock: Clock) -> Stops:
    """One for each engine; the first has those of the others under it."""
    usual, *others = engines.all
    if not others:
        return Stops(database, operator, stops_account(usual), clock)
    return Stops(
        database,
        operator,
        stops_account(usual),
        clock,
        engine=usual.name,
        others=[
            Stops(database, operator, stops_account(other), clock, engine=other.name)
            for other in others
        ],
    )


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
