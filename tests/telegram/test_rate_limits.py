"""Whose turn it is, on a clock that jumps."""

from __future__ import annotations

import asyncio
from unittest.mock import AsyncMock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.common import build_outbox
from bot.outbox import Attempt, Kind
from bot.sandbox.telegram.limits import RateLimits
from bot.telegram.api_calls import CallPolicy, Calls
from bot.telegram.errors import NotSent
from bot.telegram.rate_limits import RateLimiter, Urgency
from storage import outbox
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually, in_time
from tests.support.fake_services import Fakes, run_all

GROUP = -100_5

LONGEST_UNDER_WAY_SECONDS = 2.9
"""What is under way for longer may come to be refused, and is then sent later."""


class Queue:
    """Takes turns at once, notes when each was granted and to whom."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.rate_limiter = RateLimiter(self.clock)
        self.granted: list[tuple[float, str]] = []

    async def take(
        self, chat_id: int | None, urgency: Urgency = Urgency.TEXT, name: str = ""
    ) -> None:
        """One turn."""
        await self.rate_limiter.acquire(chat_id, urgency)
        self.granted.append((self.clock.steady_seconds(), name))

    async def edit(self, chat_id: int, urgency: Urgency) -> None:
        """One turn to change a message."""
        await self.rate_limiter.acquire(chat_id, urgency, edit=True)
        self.granted.append((self.clock.steady_seconds(), "edit"))

    def most_within(self, seconds: float) -> int:
        """The most turns in any window of that length."""
        times = [at for at, _ in self.granted]
        return max(sum(start <= at < start + seconds - 0.01 for at in times) for start in times)


async def test_never_more_than_twenty_five_in_any_second_of_the_thirty_that_are_allowed() -> None:
    queue = Queue()
    await asyncio.gather(*(queue.take(chat_id) for chat_id in range(1, 101)))
    assert len(queue.granted) == 100
    assert queue.most_within(1) == 25


async def test_a_chat_gets_a_short_burst_and_then_one_a_second() -> None:
    queue = Queue()
    began = queue.clock.steady_seconds()
    await asyncio.gather(*(queue.take(1) for _ in range(18)))
    assert queue.most_within(6) == 6
    assert queue.clock.steady_seconds() - began == pytest.approx(12, abs=0.1)


async def test_a_group_gets_twenty_a_minute() -> None:
    queue = Queue()
    await asyncio.gather(*(queue.take(GROUP) for _ in range(50)))
    assert queue.most_within(60) == 20


@given(st.lists(st.floats(0, LONGEST_UNDER_WAY_SECONDS), min_size=50, max_size=50))
@example([LONGEST_UNDER_WAY_SECONDS] * 20 + [0] * 30)
def test_telegram_refuses_nothing_in_a_group_however_long_each_call_is_under_way(
    under_way_seconds: list[float],
) -> None:
    """It counts calls when they arrive."""

    async def arrivals() -> list[float]:
        queue = Queue()
        await asyncio.gather(*(queue.take(GROUP) for _ in under_way_seconds))
        pairs = zip(queue.granted, under_way_seconds, strict=True)
        return sorted(at + seconds for (at, _), seconds in pairs)

    telegram = FakeClock()
    limits = RateLimits(telegram)
    for at in asyncio.run(arrivals()):
        telegram.advance(at - telegram.steady_seconds())
        assert limits.take(GROUP, is_group=True) is None


async def test_an_answer_waits_for_no_message_but_for_a_429() -> None:
    queue = Queue()
    await asyncio.gather(*(queue.take(GROUP) for _ in range(6)))
    began = queue.clock.steady_seconds()
    await asyncio.gather(*(queue.take(GROUP, Urgency.ANSWER) for _ in range(15)))
    assert queue.clock.steady_seconds() == began
    queue.rate_limiter.hold(GROUP, 30)
    await queue.take(GROUP, Urgency.ANSWER)
    assert queue.clock.steady_seconds() - began == pytest.approx(30, abs=0.1)


async def test_who_would_wait_too_long_with_those_before_them_is_told_for_how_long() -> None:
    queue = Queue()
    await queue.take(GROUP)
    line = [asyncio.create_task(queue.take(GROUP)) for _ in range(30)]
    await asyncio.sleep(0)
    waits = dict[Urgency, float]()
    for urgency in (Urgency.TEXT, Urgency.RESULT):
        with pytest.raises(NotSent) as told:
            await queue.rate_limiter.acquire(GROUP, urgency, at_most_seconds=5)
        waits[urgency] = told.value.retry_after_seconds or 0.0
    assert waits[Urgency.RESULT] < 7 < waits[Urgency.TEXT], "results go first"
    await queue.rate_limiter.acquire(GROUP - 1, Urgency.TEXT, at_most_seconds=5)
    await asyncio.gather(*line)


async def test_results_go_before_texts_and_texts_before_progress() -> None:
    queue = Queue()
    await asyncio.gather(*(queue.take(1) for _ in range(6)))
    queue.granted.clear()
    await asyncio.gather(
        queue.take(1, Urgency.PROGRESS, "progress"),
        queue.take(1, Urgency.TEXT, "text"),
        queue.take(1, Urgency.RESULT, "result"),
    )
    assert [name for _, name in queue.granted] == ["result", "text", "progress"]


async def test_progress_leaves_room_for_results_in_a_group() -> None:
    queue = Queue()
    began = queue.clock.steady_seconds()
    for _ in range(14):
        await queue.take(GROUP, Urgency.PROGRESS)
    waited = queue.clock.steady_seconds()
    await queue.take(GROUP, Urgency.RESULT)
    assert waited - began < 60
    assert queue.clock.steady_seconds() - waited < 6.1
    await queue.take(GROUP, Urgency.PROGRESS)
    assert queue.clock.steady_seconds() - began >= 59.9


async def test_a_chat_on_hold_stops_nobody_else() -> None:
    clock = FakeClock(jumps=False)
    rate_limiter = RateLimiter(clock)
    rate_limiter.hold(1, 30)
    held = asyncio.create_task(rate_limiter.acquire(1, Urgency.RESULT))
    await in_time(rate_limiter.acquire(2, Urgency.PROGRESS))
    assert rate_limiter.held_seconds(1) == pytest.approx(30)
    await eventually(lambda: clock.due)
    clock.advance(29)
    await asyncio.sleep(0)
    assert not held.done()
    await eventually(lambda: clock.due)
    clock.advance(1.1)
    await in_time(held)
    assert rate_limiter.held_seconds(1) == 0


async def test_who_gives_up_waiting_takes_no_turn() -> None:
    clock = FakeClock(jumps=False)
    rate_limiter = RateLimiter(clock)
    rate_limiter.hold(1, 10)
    gone = asyncio.create_task(rate_limiter.acquire(1, Urgency.RESULT))
    next_one = asyncio.create_task(rate_limiter.acquire(1, Urgency.PROGRESS))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    await eventually(lambda: clock.due)
    clock.advance(10.1)
    await in_time(next_one)
    await rate_limiter.close()


async def test_many_chats_do_not_grow_the_memory_for_ever() -> None:
    queue = Queue()
    for chat_id in range(1, 2_501):
        await queue.take(chat_id)
        queue.clock.advance(7)
    assert len(queue.rate_limiter._chats) <= 1_000


async def test_closing_tells_those_who_wait_that_nothing_was_sent() -> None:
    rate_limiter = RateLimiter(FakeClock(jumps=False))
    rate_limiter.hold(1, 60)
    waiting = asyncio.create_task(rate_limiter.acquire(1, Urgency.RESULT))
    await asyncio.sleep(0)
    await rate_limiter.close()
    with pytest.raises(NotSent):
        await waiting
    with pytest.raises(NotSent):
        await rate_limiter.acquire(2, Urgency.RESULT)


async def test_a_group_sees_six_edits_a_minute_whatever_they_are() -> None:
    queue = Queue()
    urgencies = [Urgency.RESULT, Urgency.TEXT, Urgency.PROGRESS] * 10
    await asyncio.gather(*(queue.edit(GROUP, urgency) for urgency in urgencies))
    assert queue.most_within(60) == 6


async def test_progress_leaves_room_for_edits_that_matter() -> None:
    queue = Queue()
    began = queue.clock.steady_seconds()
    await asyncio.gather(*(queue.edit(GROUP, Urgency.PROGRESS) for _ in range(4)))
    await asyncio.gather(*(queue.edit(GROUP, Urgency.RESULT) for _ in range(2)))
    assert queue.clock.steady_seconds() == began
    await queue.edit(GROUP, Urgency.PROGRESS)
    assert queue.clock.steady_seconds() - began >= 59.9


async def test_edits_that_are_over_the_budget_hold_up_no_messages() -> None:
    queue = Queue()
    edits = [asyncio.create_task(queue.edit(GROUP, Urgency.RESULT)) for _ in range(3)]
    await asyncio.gather(*edits)
    later = [asyncio.create_task(queue.edit(GROUP, Urgency.PROGRESS)) for _ in range(9)]
    await queue.take(GROUP, Urgency.TEXT, "text")
    assert queue.granted[-1][1] == "text"
    await asyncio.gather(*later)


async def test_in_private_edits_have_no_budget_of_their_own() -> None:
    queue = Queue()
    began = queue.clock.steady_seconds()
    await asyncio.gather(*(queue.edit(1, Urgency.RESULT) for _ in range(12)))
    assert queue.clock.steady_seconds() - began == pytest.approx(6, abs=0.1)


async def test_who_does_not_wait_hears_at_once_that_it_would_take_long() -> None:
    queue = Queue()
    await asyncio.gather(*(queue.edit(GROUP, Urgency.RESULT) for _ in range(6)))
    with pytest.raises(NotSent, match="wait"):
        await queue.rate_limiter.acquire(GROUP, Urgency.RESULT, edit=True, at_most_seconds=10)
    await queue.rate_limiter.acquire(GROUP, Urgency.RESULT, at_most_seconds=10)


async def test_what_the_outbox_does_waits_for_no_groups_minute_and_holds_no_place(
    fakes: Fakes,
) -> None:
    clock = FakeClock()
    calls = Calls(RateLimiter(clock), clock)

    async def crowd(attempt: Attempt) -> None:
        for _ in range(30):
            await calls.make(AsyncMock(), GROUP, CallPolicy(Urgency.TEXT))

    await fakes.database.do(outbox.put, "crowd", "crowd:1", chat_id=GROUP)
    await run_all(build_outbox(fakes.common, [Kind(name="crowd", run=crowd, repeatable=True)]))
    assert await fakes.database.column("SELECT state FROM outbox") == ["open"]
