"""Background tasks: one place is not held by one chat."""

from __future__ import annotations

import logging
from functools import partial

import pytest

from bot.task_pool import TaskPool
from bot.telegram.api_calls import CallPolicy, Calls
from bot.telegram.rate_limits import RateLimiter, Urgency
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually

GROUP = -100_5


async def test_what_waits_for_a_crowded_group_gives_its_place_to_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock(jumps=False)
    rate_limiter, done = RateLimiter(clock), list[str]()

    async def speak(chat_id: int, name: str) -> None:
        await Calls(rate_limiter, clock).make(partial(_said, done, name), chat_id, _TEXT)

    pool = TaskPool(1, lambda: None)
    with caplog.at_level(logging.INFO):
        for number in range(9):
            pool.start(number, partial(speak, GROUP, "crowd"))
        pool.start("stranger", partial(speak, 7, "stranger"))
        await eventually(lambda: not pool.begun)
    assert done == [*["crowd"] * 6, "stranger"]
    assert pool.broken == 3
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def _said(done: list[str], name: str) -> None:
    done.append(name)


_TEXT = CallPolicy(Urgency.TEXT)
