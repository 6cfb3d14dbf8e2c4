"""Calls keep to the account's limits, in their order."""

from __future__ import annotations

import asyncio

import pytest

from bot.dashscope.http import CALLS_PER_SECOND, EndpointRateLimiter
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually


async def test_the_first_call_does_not_wait() -> None:
    clock = FakeClock()
    await EndpointRateLimiter(clock, per_second=5).acquire()
    assert clock.slept == []


async def test_calls_at_once_are_spread_evenly_in_their_order() -> None:
    clock = FakeClock(jumps=False)
    rate_limiter = EndpointRateLimiter(clock, per_second=5)
    turns = [asyncio.create_task(rate_limiter.acquire()) for _ in range(4)]
    await eventually(turns[0].done)
    assert clock.due == pytest.approx([0.22, 0.44, 0.66])
    clock.advance(0.66)
    await asyncio.gather(*turns)


async def test_a_pause_is_not_saved_up_for_a_burst() -> None:
    clock = FakeClock()
    rate_limiter = EndpointRateLimiter(clock, per_second=5)
    await rate_limiter.acquire()
    await clock.sleep(60)
    clock.slept.clear()
    await rate_limiter.acquire()
    await rate_limiter.acquire()
    assert clock.slept == pytest.approx([0.22])


@pytest.mark.parametrize(
    ("endpoint", "limit"),
    [("detect", 5), ("submit", 5), ("query", 20), ("list", 20), ("cancel", 20)],
)
async def test_no_second_holds_more_calls_than_the_provider_allows(
    endpoint: str, limit: int
) -> None:
    clock = FakeClock()
    rate_limiter = EndpointRateLimiter(clock, per_second=CALLS_PER_SECOND[endpoint])
    starts = []
    for _ in range(3 * limit):
        await rate_limiter.acquire()
        starts.append(clock.steady_seconds())
    busiest = max(sum(begin <= start < begin + 1 for start in starts) for begin in starts)
    assert limit * 0.8 <= busiest <= limit
