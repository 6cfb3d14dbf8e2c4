"""The whole way: from two files to a video, or from a task to its video."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import click

from bot.chat.provider_texts import RESULT_TEXTS
from bot.commands.failure import Failure
from bot.commands.making.order import came_of, checked, finished, fresh_address, ordered
from bot.commands.making.paid_task import PaidTask
from bot.commands.making.sentences import said
from bot.commands.making.service import VideoService, video_service
from bot.commands.signals import cancelled_by_signals
from bot.config.engines import ENGINES
from bot.config.service import ServiceSettings
from bot.dashscope.errors import ResultGone, ResultRefused, Unanswered
from bot.dashscope.tasks import ProviderTask
from bot.media.calls import normalise_picture, normalise_sound, stamp_label
from bot.media.errors import VideoUnreadable
from bot.media.exchange import NormalisedPicture, NormalisedSound, OrderedVideo, ResultFault
from bot.media.processes import MediaProcesses
from bot.media.result import OwnVoice, keep_result
from bot.retry import RESULT_UNUSABLE, persisting
from bot.texts import Texts

_NOT_YET = (Unanswered, ResultGone, ResultRefused, VideoUnreadable)


async def make_video(
    settings: ServiceSettings, photo: Path, sound: Path, output: Path, *, ask: bool
) -> None:
    """Make a video; with `ask`, only after a yes to what it costs. Raises Failure."""
    note = PaidTask(output)
    with said(note):
        ordered_at = note.read()
        note.try_place()
        if ordered_at is not None:
            await _look_up(settings, note, ordered_at)
        _tell("Preparing the photo and the sound …")
        picture, voice = await _prepared(photo, sound)
        if not voice.speaks:
            _tell("Nobody seems to speak in the sound.")
        async with video_service(settings) as service:
            yuan = _yuan(settings, voice.duration_milliseconds)
            if service.paid and ask:
                _ask(settings, voice.duration_milliseconds, yuan)
            _tell("Checking the photo …")
            verdict = await checked(service, picture.jpeg)
            with cancelled_by_signals():
                task_id = await ordered(service, picture.jpeg, voice.wav, verdict, note, yuan)
                if service.paid:
                    _tell(f"Task {task_id} (also in {note.path})")

                async def own_voice() -> bytes:
                    return voice.wav

                order = _ordered_video(settings, picture, voice), own_voice
                await _deliver(service, task_id, output, note, order)


async def fetch_video(settings: ServiceSettings, task_id: str, output: Path) -> None:
    """Wait for a task that exists and fetch its video. Raises Failure."""
    note = PaidTask(output, task_id)
    with said(note):
        note.try_place()
        async with video_service(settings) as service:
            if not service.paid:
                raise Failure("--task needs DASHSCOPE_API_KEY: only the paid service keeps tasks.")
            with cancelled_by_signals():
                await _deliver(service, task_id, output, note, None)


async def _look_up(settings: ServiceSettings, note: PaidTask, ordered_at: int) -> None:
    """What came of an earlier order of which no answer was noted; raises Failure where it is there
    to be fetched, or cannot be told.
    """
    _tell("Looking up an earlier order …")
    async with video_service(settings) as service:
        if not service.paid:
            raise Failure("An earlier order is looked up where DASHSCOPE_API_KEY is set.")
        task_id = await came_of(service, ordered_at)
    if task_id is None:
        note.forget()
        return
    note.write(task_id)
    note.read()


async def _prepared(photo: Path, sound: Path) -> tuple[NormalisedPicture, NormalisedSound]:
    """What will be uploaded; raises PictureRefused, SoundRefused, MediaFailure."""
    picture, recording = await asyncio.to_thread(lambda: (photo.read_bytes(), sound.read_bytes()))
    async with MediaProcesses() as media:
        return (
            await media.run(normalise_picture, picture),
            await media.run(normalise_sound, recording, None, True),
        )


_Order = tuple[OrderedVideo, OwnVoice]
"""What the video should be, and its voice, to be put back where the result lacks it."""


def _ordered_video(
    settings: ServiceSettings, picture: NormalisedPicture, voice: NormalisedSound
) -> OrderedVideo:
    keeps_shape = not ENGINES[settings.default_engine].needs_boxes
    shape = picture.width / picture.height if keeps_shape else None
    return OrderedVideo(voice.duration_milliseconds, settings.resolution, shape)


async def _deliver(
    service: VideoService, task_id: str, output: Path, note: PaidTask, order: _Order | None
) -> None:
    """Download, compare with what was ordered where that is known, label and put into place;
    `output` is then complete or untouched.
    """
    task = await finished(service, task_id, note)
    # Beside the output: only there is moving into place a single step.
    with tempfile.TemporaryDirectory(prefix=".talking-photo-", dir=output.parent) as folder:
        labelled = Path(folder) / "labelled.mp4"
        async with MediaProcesses(Path(folder)) as media:
            await _copy(service, task, labelled, media, order)
        labelled.replace(output)
    note.forget()


async def _copy(
    service: VideoService,
    task: ProviderTask,
    labelled: Path,
    media: MediaProcesses,
    order: _Order | None,
) -> None:
    """By the address that came with the success; by fresh ones, where that is of no use."""
    raw, addresses = labelled.with_name("raw.mp4"), [task.video_url or ""]

    async def attempt() -> None:
        url = addresses.pop() if addresses else await fresh_address(service, task)
        await service.engine.fetch(url, raw)
        if order is None:
            await media.run(stamp_label, raw, labelled, task.task_id)
        else:
            _tell_of(await keep_result(media, raw, labelled, task.task_id, *order))

    try:
        await persisting(attempt, _NOT_YET, RESULT_UNUSABLE, service.clock.sleep)
    except VideoUnreadable:
        raise Failure("What the service delivered is no whole video: try again.") from None


def _tell_of(faults: tuple[ResultFault, ...]) -> None:
    if faults:
        words = Texts().of(None).plain
        detail = ", ".join(words(RESULT_TEXTS[fault]) for fault in faults)
        _tell(f"The service delivered something else than was ordered: {detail}.")
        _tell("You get what can be made of it.")


def _yuan(settings: ServiceSettings, milliseconds: int) -> float:
    """What a video of that length costs, with the check of its photo."""
    engine = settings.default_engine
    video = settings.micro_yuan_per_second(engine, settings.resolution) * milliseconds // 1_000
    return (settings.micro_yuan_per_detection(engine) + video) / 1_000_000


def _ask(settings: ServiceSettings, milliseconds: int, yuan: float) -> None:
    seconds, engine = milliseconds / 1_000, settings.default_engine
    _tell(f"{seconds:.1f} seconds of {engine} cost about {yuan:.2f} yuan.")
    try:
        click.confirm("Order it?", abort=True, err=True)
    except click.Abort:
        raise Failure("Nothing was ordered. (--yes orders without asking.)") from None


def _tell(sentence: str) -> None:
    click.echo(sentence, err=True)
