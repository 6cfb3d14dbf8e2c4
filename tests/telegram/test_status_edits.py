"""Progress edits against the local Telegram, on a clock that moves only when told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.telegram.destination import Destination
from bot.telegram.rate_limits import RateLimiter
from bot.telegram.sender import Sender
from bot.telegram.status_edits import ProgressEdits, Status
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually
from tests.support.local_telegram import PRIVATE, LocalTelegram
from tests.telegram.conftest import sender_of


@dataclass
class Setup:
    """A sender on a standing clock, and one status message."""

    telegram: LocalTelegram
    clock: FakeClock
    sender: Sender
    message_id: int
    chat_id: int = PRIVATE

    def show(self, text: str) -> None:
        """Report progress."""
        self.sender.progress(Status(self.chat_id, self.message_id, text))

    async def edits(self) -> list[str]:
        """The texts of all edits that reached Telegram."""
        calls = await self.telegram.calls("editMessageText")
        return [call["params"]["text"] for call in calls]

    async def edited(self, count: int) -> None:
        """Wait for that many edits."""

        async def enough() -> bool:
            return len(await self.edits()) == count

        await eventually(enough)

    async def settle(self) -> None:
        """Wait until somebody sleeps on the clock: what can go out now has gone out."""
        await eventually(lambda: self.clock.due)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass and the edit that is due begin and end."""
        await self.settle()
        self.clock.advance(seconds)
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.fixture
async def there(telegram: LocalTelegram) -> AsyncIterator[Setup]:
    """In private."""
    clock = FakeClock(jumps=False)
    async with sender_of(telegram.url, clock) as sender:
        status = await sender.send_text(Destination(PRIVATE), "0%")
        yield Setup(telegram, clock, sender, status.message_id)


async def test_the_first_report_is_shown_at_once(there: Setup) -> None:
    there.show("10%")
    await there.edited(1)
    (seen,) = await there.telegram.seen()
    assert seen["text"] == "10%"


async def test_reports_in_quick_succession_become_one_edit_with_the_latest(there: Setup) -> None:
    there.show("10%")
    await there.edited(1)
    for percent in range(20, 60):
        there.show(f"{percent}%")
    await there.pass_time(2.9)
    assert await there.edits() == ["10%"]
    await there.pass_time(0.2)
    await there.edited(2)
    assert await there.edits() == ["10%", "59%"]


async def test_in_a_group_edits_are_further_apart(there: Setup) -> None:
    group = await there.telegram.post("/groups", {"title": "Us", "members": [PRIVATE]})
    there.chat_id = group["chat_id"]
    there.message_id = (await there.sender.send_text(Destination(there.chat_id), "0%")).message_id
    there.show("10%")
    await there.edited(1)
    there.show("20%")
    await there.pass_time(7.9)
    assert await there.edits() == ["10%"]
    await there.pass_time(0.2)
    await there.edited(2)


async def test_what_is_shown_already_is_not_sent_again(there: Setup) -> None:
    there.show("10%")
    await there.edited(1)
    await eventually(lambda: not _busy())
    there.show("10%")
    await eventually(lambda: not _busy())
    there.clock.advance(60)
    there.show("20%")
    await there.edited(2)
    assert await there.edits() == ["10%", "20%"]


async def test_no_progress_while_a_429_is_pending_and_the_latest_afterwards(there: Setup) -> None:
    there.telegram.fault("editMessageText", "rate_limit", retry_after=20)
    there.show("10%")
    await there.edited(1)
    there.show("20%")
    await there.pass_time(19)
    assert await there.edits() == ["10%"]
    await there.pass_time(1.1)
    await there.edited(2)
    assert (await there.edits())[-1] == "20%"


async def test_progress_that_waits_never_overwrites_the_final_word(there: Setup) -> None:
    there.show("10%")
    await there.edited(1)
    there.show("99%")
    await there.settle()
    await there.sender.edit_text(PRIVATE, there.message_id, "done")
    there.clock.advance(60)
    await eventually(lambda: not _busy())
    (seen,) = await there.telegram.seen()
    assert seen["text"] == "done"
    assert await there.edits() == ["10%", "done"]


async def test_the_final_word_comes_after_an_edit_under_way(there: Setup) -> None:
    there.telegram.fault("editMessageText", "delay", seconds=0.3)
    there.show("10%")
    await eventually(lambda: not there.telegram.faults.active())
    await there.sender.edit_text(PRIVATE, there.message_id, "done")
    (seen,) = await there.telegram.seen()
    assert seen["text"] == "done"
    assert await there.edits() == ["10%", "done"]


async def test_progress_that_is_refused_is_dropped_without_a_sound(there: Setup) -> None:
    await there.telegram.sim("DELETE", f"/chats/{PRIVATE}/messages/{there.message_id}")
    there.show("10%")
    await there.edited(1)
    await eventually(lambda: not _busy())
    there.clock.advance(60)
    there.show("20%")
    await there.edited(2)


def _busy() -> bool:
    """Whether a progress task is alive."""
    return any("_follow" in repr(task.get_coro()) for task in asyncio.all_tasks())


async def test_a_message_has_ten_edits_and_whoever_presses_its_buttons_has_more() -> None:
    shown: list[str] = []

    async def edit(status: Status) -> None:
        shown.append(status.text)

    clock = FakeClock()
    edits = ProgressEdits(edit=edit, rate_limiter=RateLimiter(clock), clock=clock)
    for number in range(1, 14):
        edits.show(Status(PRIVATE, 1, f"{number}"))
        await eventually(lambda: not _busy())
    edits.show(Status(PRIVATE, 1, "pressed", pressed=True))
    await eventually(lambda: not _busy())
    assert shown == [*map(str, range(1, 11)), "pressed"]


async def test_all_progress_in_a_group_shares_its_few_edits() -> None:
    at: list[float] = []
    clock = FakeClock()

    async def edit(_: Status) -> None:
        at.append(clock.steady_seconds())

    edits = ProgressEdits(edit=edit, rate_limiter=RateLimiter(clock), clock=clock)
    for message_id in range(20):
        edits.show(Status(-100_5, message_id, "10%"))
    await eventually(lambda: not _busy())
    assert len(at) == 20
    assert max(sum(start <= other < start + 60 for other in at) for start in at) == 4
