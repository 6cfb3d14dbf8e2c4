"""What the bot adds to a video: time and processor, warm and with the first file of a day."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import resource
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bot.commands.making.way import make_video
from bot.config.service import ServiceSettings
from bot.media import calls
from tests.bench.figures import Figure, figure_of
from tests.bench.processes import media_processes, processor_seconds
from tests.support.media.photos import photo
from tests.support.media.voices import voice
from tests.support.world import World, world

RUNS = 5
RENDER_SECONDS = 1.0
MOST_OF_FIRST = 3.0
"""The first file of a day may cost 0.6 s more; Python with the media libraries takes 0.2 s."""

_SETTINGS = {
    "QUOTA_SECONDS_PER_DAY": "3600",
    "POLL_SECONDS": "0.2",
    "LOG_LEVEL": "INFO",
    "JOB_JOURNAL": "",
    "MACHINE_TROUBLE": "",
}
"""Without what the tests add to a bot."""
_LIBRARIES = "import av, cv2, numpy, PIL.Image, soxr"
_LIBRARIES_ARE = "starting Python with the media libraries"


@dataclass(frozen=True, slots=True)
class _Taken:
    """Seconds by the wall (those of the service taken off), and of the processor."""

    wall: float
    processor: float


async def measure(runs: int = RUNS) -> list[Figure]:
    """Turn and turn about: a first file, a second one, the same work without a bot."""
    added, processor, later, dearer = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        async with world(directory, _SETTINGS, render_seconds=RENDER_SECONDS) as there:
            for number in range(runs):
                first = await _first_of_a_day(there)
                second = await _job(there)
                libraries = await _libraries()
                later.append((first.wall - second.wall, libraries.wall))
                dearer.append((first.processor - second.processor, libraries.processor))
                added.append((second.wall, await _script(there, directory, number)))
                processor.append((second.processor, _bare_work(directory, number)))
    return [
        figure_of("job", "added to the service's time", added, "s", "`talking-photo make`"),
        figure_of("job", "processor", processor, "s", "its media work alone, in one process"),
        figure_of("job", "first of a day: later", later, "s", _LIBRARIES_ARE, MOST_OF_FIRST),
        figure_of("job", "first of a day: processor", dearer, "s", _LIBRARIES_ARE, MOST_OF_FIRST),
    ]


async def _first_of_a_day(there: World) -> _Taken:
    """The media processes are gone, as they are after a minute without a file."""
    for pid in media_processes(there.bot.pid):
        os.kill(pid, signal.SIGKILL)
    return await _job(there)


async def _job(there: World) -> _Taken:
    """Somebody's photo and voice message become a video; the chat is new, so nothing is paced."""
    person = await there.person()
    before = processor_seconds(there.bot.pid)
    await person.sends_photo()
    began_milliseconds = time.time() * 1000
    await person.says()
    await person.sees_video()
    sent = (await there.bot_calls("sendVideo"))[-1]
    spent = processor_seconds(there.bot.pid) - before
    took = (sent["at"] - began_milliseconds) / 1000
    return _Taken(took - _service_seconds(there), spent)


def _service_seconds(there: World) -> float:
    """From the newest task's submission to its end."""
    tasks = [event for event in there.sandbox.journal.since(0) if event["type"] == "provider_task"]
    times = [
        event["at_milliseconds"] for event in tasks if event["task_id"] == tasks[-1]["task_id"]
    ]
    return float(times[-1] - times[0]) / 1000


async def _script(there: World, directory: Path, number: int) -> float:
    """The same service asked by a script, which knows one photo, one voice and nobody."""
    settings = ServiceSettings.model_validate(
        {
            "dashscope_api_key": there.settings["DASHSCOPE_API_KEY"],
            "dashscope_base_url": there.settings["DASHSCOPE_BASE_URL"],
            "poll_seconds": _SETTINGS["POLL_SECONDS"],
        }
    )
    picture, sound = directory / f"{number}.jpg", directory / f"{number}.ogg"
    picture.write_bytes(photo())
    sound.write_bytes(voice())
    began = time.monotonic()
    with contextlib.redirect_stderr(io.StringIO()):
        await make_video(settings, picture, sound, directory / f"{number}.mp4", ask=False)
    return time.monotonic() - began - _service_seconds(there)


def _bare_work(directory: Path, number: int) -> float:
    """Processor seconds of what no bot can do without, for the script's files."""
    began = time.process_time()
    calls.normalise_picture((directory / f"{number}.jpg").read_bytes())
    calls.normalise_sound((directory / f"{number}.ogg").read_bytes(), None, True)
    labelled = directory / f"{number}.labelled.mp4"
    calls.stamp_label(directory / f"{number}.mp4", labelled, "bench")
    calls.facts_and_cover(labelled)
    return time.process_time() - began


async def _libraries() -> _Taken:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _LIBRARIES)
    await process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return _Taken(time.monotonic() - began, spent)
