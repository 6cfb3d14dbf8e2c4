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
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.clock import Clock, SystemClock
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
from bot.media.worker.client import MediaWorker, MediaWorkerDied, MediaWorkerNotStarted
from bot.media.worker.kinds import DECODING, RENDERING, ProcessKind
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually
from tests.support.media.voices import VOICE_NOTE
from tests.support.process import children_of

PORTRAIT = VOICE_NOTE.with_name("portrait.jpg")
linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="this limit is known to hold on Linux"
)


@asynccontextmanager
async def worker_of(
    kind: ProcessKind = DECODING, clock: Clock | None = None, *folders: Path
) -> AsyncIterator[MediaWorker]:
    """One of that kind."""
    worker = MediaWorker(kind, clock or SystemClock(), folders)
    yield worker
    await worker.close()


def burn() -> None:
    """Never end, using all the time there is."""
    while True:
        pass


def hoard(mebibytes: int) -> int:
    """Take memory, and touch it."""
    return int(np.ones(mebibytes << 20, np.uint8)[-1])


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


def say_and_wait(sign: Path) -> str:
    """Say that it began, and wait for a file beside the sign; for ever, if none comes."""
    sign.write_text("begun")
    while not sign.with_suffix(".go").exists():
        time.sleep(0.01)
    return "waited"


def tell_slowly(times: int, seconds: float, on_progress: Callable[[float], None]) -> int:
    """Tell how far it is so many times, and rest after each."""
    for number in range(times):
        on_progress(number / times)
        time.sleep(seconds)
    return times


def is_running(process_id: int) -> bool:
    """Tell whether a process exists, as a zombie too."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


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


async def test_a_process_that_died_between_two_calls_is_replaced_unnoticed() -> None:
    async with worker_of() as media:
        before = await media.run(os.getpid)
        os.kill(before, 9)
        assert await media.run(os.getpid) != before


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


async def test_a_process_that_is_warm_serves_the_next_call() -> None:
    async with worker_of() as media:
        await media.warm()
        assert media._process is not None
        expected = media._process._process.pid
        assert await media.run(os.getpid) == expected


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


@linux_only
async def test_no_process_starts_before_the_first_call() -> None:
    before = {*children_of(os.getpid())}
    async with worker_of() as media:
        assert {*children_of(os.getpid())} <= before
        assert await media.run(os.getpid) in children_of(os.getpid())


async def test_a_process_ends_after_a_minute_without_a_call_and_not_before() -> None:
    clock = FakeClock(jumps=False)
    async with worker_of(DECODING, clock) as media:
        first = await media.run(os.getpid)
        clock.advance(DECODING.idle_seconds - 1)
        assert await media.run(os.getpid) == first
        clock.advance(DECODING.idle_seconds - 1)
        assert await media.run(os.getpid) == first
        clock.advance(DECODING.idle_seconds)
        await idle_end(media, clock)
        assert not is_running(first)
        assert await media.run(os.getpid) != first


async def idle_end(media: MediaWorker, clock: FakeClock) -> None:
    """Wait until it has ended its process; it may have to look a second time."""
    assert media._watch is not None
    watch = media._watch

    def ended() -> bool:
        clock.advance(0)
        return watch.done()

    await eventually(ended, "the end of an idle process")


async def test_a_call_that_arrives_while_the_process_ends_is_answered() -> None:
    clock = FakeClock(jumps=False)
    async with worker_of(DECODING, clock) as media:
        for turns_of_the_loop in range(8):
            assert await media.run(partial(operator.mul, 2, 21)) == 42
            clock.advance(DECODING.idle_seconds)
            for _ in range(turns_of_the_loop):
                await asyncio.sleep(0)
            assert await media.run(partial(operator.mul, 2, 4)) == 8


class Sign:
    """A pipe with a name, by which a call in the process says that it has begun."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "sign"
        os.mkfifo(self.path)
        self._end = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    async def given(self) -> None:
        """Wait for it."""
        await eventually(self._was_given, "a sign of the call")

    def _was_given(self) -> bool:
        try:
            return bool(os.read(self._end, 1))
        except BlockingIOError:
            return False


@pytest.fixture
def sign(tmp_path: Path) -> Iterator[Sign]:
    made = Sign(tmp_path)
    yield made
    os.close(made._end)


async def test_a_call_may_last_longer_than_a_process_stays_without_one(sign: Sign) -> None:
    clock = FakeClock(jumps=False)
    async with worker_of(RENDERING, clock, sign.path.parent) as media:
        call = asyncio.create_task(media.run(partial(say_and_wait, sign.path)))
        await sign.given()
        for _ in range(4):
            clock.advance(RENDERING.idle_seconds)
            await asyncio.sleep(0)
        sign.path.with_suffix(".go").touch()
        assert await call == "waited"
        assert is_running(await media.run(os.getpid))


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


async def test_a_cancelled_call_is_killed_and_the_next_one_answered(sign: Sign) -> None:
    async with worker_of(RENDERING, None, sign.path.parent) as media:
        before = await media.run(os.getpid)
        call = asyncio.create_task(media.run(partial(say_and_wait, sign.path)))
        await sign.given()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert not is_running(before)
        assert await media.run(partial(operator.mul, 2, 3)) == 6


async def test_closing_leaves_no_process_behind_even_in_the_middle_of_a_call(sign: Sign) -> None:
    async with worker_of(RENDERING, None, sign.path.parent) as media:
        process = await media.run(os.getpid)
        busy = asyncio.create_task(media.run(partial(say_and_wait, sign.path)))
        waiting = asyncio.create_task(media.run(partial(operator.mul, 2, 1)))
        await sign.given()
    assert not is_running(process)
    with pytest.raises(MediaWorkerKilled):
        await busy
    with pytest.raises(MediaWorkerNotStarted):
        await waiting
