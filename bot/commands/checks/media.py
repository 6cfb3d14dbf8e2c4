"""The media libraries, tried out on the samples."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from bot.commands.checks.finding import Finding, ok, problem, warning
from bot.config.folders import SettingsFolder
from bot.media.calls import (
    learn_heic,
    normalise_picture,
    normalise_sound,
    render_preview,
    what_is_lacking,
)
from bot.media.errors import MediaFailure
from bot.media.exchange import Protection
from bot.media.processes import MediaProcesses

_REINSTALL = "install the packages again (pip install -r requirements.txt)"
_SHORT_MILLISECONDS = 1_000


async def check_media(settings_folder: SettingsFolder | None) -> list[Finding]:
    """Read a voice message, a photo and its face, and make a short preview in a folder for videos,
    where one is known that can be used.
    """
    try:
        with _place(settings_folder) as place:
            async with MediaProcesses(*place) as media:
                return [finding async for finding in _tried(media, place)]
    except MediaFailure as error:
        return [problem(f"media: the samples cannot be handled ({error})", _REINSTALL)]


async def _tried(media: MediaProcesses, place: Sequence[Path]) -> AsyncIterator[Finding]:
    samples = files("bot.sandbox") / "samples"
    voice, portrait = (samples / name for name in ("voice.ogg", "portrait.jpg"))
    sound = await media.run(normalise_sound, voice.read_bytes(), _SHORT_MILLISECONDS, True)
    yield ok("sound: the sample is read and levelled")
    picture = await media.run(normalise_picture, portrait.read_bytes())
    await media.run(learn_heic)
    yield _face(len(picture.faces))
    yield _guard(await media.run(what_is_lacking))
    for folder in place:
        await media.run(render_preview, picture.jpeg, sound.wav, folder / "video.mp4", "480P")
        yield ok("videos: a short one was made where they are kept, and deleted")


@contextmanager
def _place(settings_folder: SettingsFolder | None) -> Iterator[tuple[Path, ...]]:
    """A new folder that goes in the end; none where nothing can be written."""
    if settings_folder is None or settings_folder.fault():
        yield ()
        return
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=settings_folder.nearest()) as made:
        yield (Path(made),)


def _face(count: int) -> Finding:
    if count == 1:
        return ok("pictures: the sample is read and its face found")
    return problem(f"pictures: {count} faces were found in the sample instead of 1", _REINSTALL)


def _guard(lacking: tuple[Protection, ...]) -> Finding:
    if not lacking:
        return ok("media processes: shut off from files, network and other programs")
    missing = " and ".join(each.value for each in lacking)
    return warning(
        f"media processes: this kernel gives no {missing}, which would shut them off",
        "run the bot where it does: Linux 5.13 or newer, in a container that allows it",
    )
