"""When a media process begins and ends."""

from __future__ import annotations

import asyncio
import operator
import os
from functools import partial

import pytest

from bot.media.errors import MediaWorkerKilled
from bot.media.worker.client import MediaWorker, MediaWorkerNotStarted
from bot.media.worker.kinds import DECODING, RENDERING
from tests.bench.processes import tree
from tests.media.worker.conftest import Sign, is_running, linux_only, say_and_wait, worker_of
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually


async def test_a_process_that_died_between_two_calls_is_replaced_unnoticed() -> None:
    async with worker_of() as media:
        before = await media.run(os.getpid)
        os.kill(before, 9)
        assert await media.run(os.getpid) != before


async def test_a_process_that_is_warm_serves_the_next_call() -> None:
    async with worker_of() as media:
        await media.warm()
        assert media._process is not None
        expected = media._process._process.pid
        assert await media.run(os.getpid) == expected


@linux_only
async def test_no_process_starts_before_the_first_call() -> None:
    before = {*tree(os.getpid())}
    async with worker_of() as media:
        assert {*tree(os.getpid())} <= before
        assert await media.run(os.getpid) in tree(os.getpid())


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
