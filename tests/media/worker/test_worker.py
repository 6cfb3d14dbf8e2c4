"""The media process dies, hangs, hoards and lies; the bot carries on."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import operator
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.media import calls
from bot.media.calls import normalise_picture
from bot.media.errors import (
    MediaWorkerKilled,
    PictureFault,
    PictureRefused,
    SoundFault,
    SoundRefused,
    VideoUnreadable,
)
from bot.media.exchange import TaskVideo
from bot.media.processes import MediaProcesses
from bot.media.worker.client import MediaWorkerDied
from bot.media.worker.kinds import DECODING, RENDERING
from tests.media.worker.conftest import (
    PORTRAIT,
    Sign,
    hoard,
    is_running,
    linux_only,
    say_and_wait,
    worker_of,
)


def burn() -> None:
    """Never end, using all the time there is."""
    while True:
        pass


def refuse() -> None:
    """Raise a refusal."""
    raise SoundRefused(SoundFault.TOO_LONG, 25_000)


def fail() -> None:
    """Raise what nobody foresaw."""
    raise KeyError("surprise")


def chatter() -> str:
    """Print into what could be mistaken for an answer."""
    print("hello", flush=True)
    os.write(1, b"\0" * 64)
    return "said"


def read_input() -> bytes:
    """Read what a library might take from standard input."""
    return sys.stdin.buffer.read()


class Malice:
    """Becomes a call of `os.system` when it is unpickled carelessly."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("echo unpickled > /dev/null",)


def tell_slowly(times: int, seconds: float, on_progress: Callable[[float], None]) -> int:
    """Tell how far it is so many times, and rest after each."""
    for number in range(times):
        on_progress(number / times)
        time.sleep(seconds)
    return times


async def test_refusals_cross_over_with_their_numbers() -> None:
    async with worker_of() as media:
        with pytest.raises(SoundRefused) as sound:
            await media.run(refuse)
        with pytest.raises(PictureRefused) as picture:
            await media.run(partial(normalise_picture, b"nothing to see"))
    assert (sound.value.fault, sound.value.duration_milliseconds) == (SoundFault.TOO_LONG, 25_000)
    assert picture.value.fault is PictureFault.NOT_A_PICTURE


async def test_a_refusal_does_not_cost_the_process() -> None:
    async with worker_of() as media:
        before = await media.run(os.getpid)
        with pytest.raises(SoundRefused):
            await media.run(refuse)
        assert await media.run(os.getpid) == before


@pytest.mark.parametrize(
    "death",
    [
        (signal.raise_signal, int(signal.SIGSEGV)),  # as a decoder that writes where it must not
        (os._exit, 0),
        (fail,),
        (Malice,),
    ],
)
async def test_a_process_that_dies_or_lies_is_replaced(death: Any) -> None:
    async with worker_of() as media:
        before = await media.run(os.getpid)
        with pytest.raises(MediaWorkerDied):
            await media.run(partial(*death))
        assert not is_running(before)
        assert await media.run(partial(operator.mul, 2, 21)) == 42


async def test_a_process_that_is_killed_says_nothing_of_the_file_and_is_replaced(
    sign: Sign,
) -> None:
    async with worker_of(RENDERING, None, sign.path.parent) as media:
        process = await media.run(os.getpid)
        call = asyncio.create_task(media.run(partial(say_and_wait, sign.path)))
        await sign.given()
        os.kill(process, signal.SIGKILL)
        with pytest.raises(MediaWorkerKilled):
            await call
        assert await media.run(partial(operator.mul, 2, 21)) == 42


async def test_what_failed_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        async with worker_of() as media:
            with pytest.raises(MediaWorkerDied):
                await media.run(fail)
    assert "KeyError: 'surprise'" in caplog.text


async def test_a_hanging_call_is_ended_by_the_clock() -> None:
    impatient = dataclasses.replace(DECODING, wall_seconds=0.2)
    async with worker_of(impatient) as media:
        with pytest.raises(MediaWorkerDied, match="too long"):
            await media.run(partial(time.sleep, 3600))
        media._kind = DECODING
        assert await media.run(partial(operator.mul, 2, 4)) == 8


@pytest.mark.proof
async def test_a_call_that_tells_how_far_it_is_may_take_long_but_not_fall_silent() -> None:
    kind = dataclasses.replace(DECODING, silence_seconds=6.0)
    told = list[float]()
    async with worker_of(kind) as media:
        assert await media.run(chatter) == "said"  # it has imported these functions now
        assert await media.run(partial(tell_slowly, 11, 0.6), int, told.append) == 11
        with pytest.raises(MediaWorkerDied, match="too long"):
            await media.run(partial(tell_slowly, 2, 3600), int, told.append)
        assert await media.run(partial(operator.mul, 2, 4)) == 8


@linux_only
async def test_a_call_that_burns_is_ended_by_its_processor_time() -> None:
    async with worker_of(dataclasses.replace(DECODING, cpu_seconds=0)) as media:
        with pytest.raises(MediaWorkerDied, match="broke off"):
            await media.run(burn)


@linux_only
async def test_memory_is_bounded() -> None:
    async with worker_of() as media:
        assert await media.run(partial(hoard, 100)) == 1
        with pytest.raises(MediaWorkerKilled):
            await media.run(partial(hoard, 1100))
        assert await media.run(partial(hoard, 100)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
async def test_only_the_renderers_process_writes_files(tmp_path: Path) -> None:
    target = tmp_path / "file"
    async with (
        worker_of(DECODING, None, tmp_path) as decoding,
        worker_of(RENDERING, None, tmp_path) as rendering,
    ):
        with pytest.raises(MediaWorkerDied):
            await decoding.run(partial(Path.write_bytes, target, b"a" * 100))
        assert not target.exists() or target.stat().st_size == 0
        assert await rendering.run(partial(Path.write_bytes, target, b"a" * 100)) == 100


async def test_it_knows_none_of_the_bots_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "secret")
    async with worker_of() as media:
        assert await media.run(partial(os.getenv, "TELEGRAM_BOT_TOKEN")) is None


async def test_what_libraries_print_does_not_disturb() -> None:
    async with worker_of() as media:
        assert await media.run(chatter) == "said"
        assert await media.run(read_input) == b""
        assert await media.run(partial(operator.mul, 2, 1)) == 2


async def test_the_largest_files_pass() -> None:
    data = bytes(range(256)) * (20 * 4096)
    async with worker_of() as media:
        assert await media.run(partial(bytes, data)) == data


async def test_calls_queue() -> None:
    async with worker_of() as media:
        answers = await asyncio.gather(*(media.run(partial(operator.mul, 2, n)) for n in range(20)))
    assert answers == [2 * n for n in range(20)]


def halves(on_progress: Callable[[float], None]) -> str:
    """Say how far it is."""
    on_progress(0.5)
    on_progress(1.0)
    return "done"


async def test_how_far_a_call_is_comes_over_and_then_its_result() -> None:
    async with worker_of() as media:
        told = list[float]()
        assert await media.run(halves, str, told.append) == "done"
    assert told == [0.5, 1.0]


async def test_what_is_paid_for_and_what_was_just_sent_do_not_wait_for_a_preview(
    sign: Sign, tmp_path: Path
) -> None:
    made, labelled = tmp_path / "made.mp4", tmp_path / "labelled.mp4"
    made.write_bytes(b"no video: that is an answer too")
    async with MediaProcesses(tmp_path) as media:
        rendering = media._workers[calls.render_preview.kind]
        preview = asyncio.create_task(rendering.run(partial(say_and_wait, sign.path)))
        await sign.given()
        with pytest.raises(VideoUnreadable):
            await media.run(calls.stamp_label, made, labelled, "job-1")
        ending = media._workers[calls.join_preview.kind]
        joined = asyncio.create_task(ending.run(partial(say_and_wait, sign.path)))
        with pytest.raises(VideoUnreadable):
            await media.run(
                calls.join_and_label, (TaskVideo(made, (0, 9)),), None, labelled, "job-1"
            )
        await media.run(calls.normalise_picture, PORTRAIT.read_bytes())
        assert not preview.done()
        sign.path.with_suffix(".go").touch()
        assert (await preview, await joined) == ("waited", "waited")
