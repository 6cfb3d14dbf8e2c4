"""Whatever Telegram does and wherever the process dies: each copy of a video is known or counted as
unknown, none is sent twice for one cause, and what is said to be gone is gone."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.delivery.earlier_videos import WantedAs
from bot.delivery.remove_video import remove_video
from bot.telegram.errors import TelegramFailure
from storage.jobs import deliveries
from storage.jobs.jobs import Job
from storage.people import preferences
from tests.delivery.conftest import ADA, OLGA, Setup

FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("drop_before", {}),
    ("drop_after", {}),
    ("status", {"code": 502}),
    ("rate_limit", {"retry_after": 60}),
    ("bad_request", {"description": "Bad Request: not enough rights to send videos to the chat"}),
    ("bad_request", {"description": "Bad Request: VOICE_MESSAGES_FORBIDDEN"}),
)
SENDS = ("sendVideoNote", "sendVideo", "sendDocument")
STEPS = (
    *((deliveries, name) for name in ("sending", "sent", "not_sent")),
    *(("sender", name) for name in ("send_video", "edit_into_video")),
)


class Killed(BaseException):
    """The process died here."""


@dataclass
class Story:
    """One video's, told by a number."""

    there: Setup
    dice: random.Random
    patches: pytest.MonkeyPatch

    async def job(self) -> Job:
        there = self.there
        async with there.database.transaction() as tx:
            await preferences.choose(tx, ADA, {"reply_as": self.dice.choice(("video", "note"))})
        job = await there.rendered()
        if self.dice.random() < 0.3:
            await self.in_group(job)
        return await there.job(job.id)

    async def in_group(self, job: Job) -> None:
        group = await self.there.telegram.new_group({"user_id": ADA}, type="supergroup")
        async with self.there.database.transaction() as tx:
            await tx.execute(
                "UPDATE jobs SET chat_id = :chat_id, status_message_id = NULL WHERE id = :id",
                id=job.id,
                chat_id=group["chat_id"],
            )
            await tx.execute(
                "UPDATE media SET chat_id = :chat_id, message_id = 0 WHERE id = :id",
                id=job.voice_id,
                chat_id=group["chat_id"],
            )

    def bad_luck(self) -> None:
        """Faults of Telegram, and perhaps a death before or after a step."""
        for method in (*SENDS, "editMessageMedia", "sendMessage"):
            if self.dice.random() < 0.5:
                kind, params = self.dice.choice(FAULTS)
                times = self.dice.choice((1, 2, 4))
                self.there.telegram.faults.add("telegram", method, kind, times=times, params=params)
        if self.dice.random() < 0.6:
            self.dies_at(*self.dice.choice(STEPS), after=self.dice.random() < 0.5)

    def dies_at(self, owner: Any, name: str, *, after: bool) -> None:
        owner = self.there.sender if owner == "sender" else owner
        real: Callable[..., Awaitable[Any]] = getattr(owner, name)

        async def dying(*args: Any, **named: Any) -> None:
            self.patches.undo()
            if after:
                await real(*args, **named)
            raise Killed

        self.patches.setattr(owner, name, dying)

    async def lives(self, attempt: Callable[[], Awaitable[object]]) -> None:
        """An attempt, whatever becomes of it; what waits for a time is due afterwards."""
        with contextlib.suppress(Killed, TelegramFailure):
            await attempt()
        self.there.clock.advance(600)

    async def shown(self, job: Job) -> set[tuple[int, int]]:
        """Every message with a video that is to be seen: its chat and number."""
        return {
            (chat_id, message["message_id"])
            for chat_id in {job.chat_id, ADA, OLGA}
            for message in await self.there.telegram.seen(chat_id)
            if {"video", "video_note", "document"} & set(message)
        }


async def known_and_unknown(there: Setup, job: Job) -> tuple[set[tuple[int, int]], int]:
    rows = await deliveries.shown(there.database, job.id)
    known = {(row.chat_id, row.message_id) for row in rows if row.message_id is not None}
    return known, sum(row.message_id is None for row in rows)


@pytest.mark.sampled(every=3)
@pytest.mark.parametrize("number", range(36))
async def test_each_copy_is_known_or_counted_and_goes_when_it_is_said_to(
    there: Setup, number: int
) -> None:
    with pytest.MonkeyPatch.context() as patches:
        story = Story(there, random.Random(number), patches)
        job = await story.job()
        for _ in range(4):
            story.bad_luck()
            await story.lives(lambda: there.deliver(job))
            patches.undo()
        there.telegram.faults.clear()
        for _ in range(2):
            await story.lives(lambda: there.deliver(job))
        job = await there.job(job.id)
        assert job.state in ("done", "undeliverable", "failed")
        seen, (known, unknown) = await story.shown(job), await known_and_unknown(there, job)
        assert len(seen - known) <= unknown <= 1
        assert seen or job.state != "done"
        assert len(seen) <= 2 + (job.chat_id != ADA)

        for _ in range(3):
            story.bad_luck()
            await story.lives(lambda: there.last(1))
            patches.undo()
        there.telegram.faults.clear()
        again, (known, unknown) = await story.shown(job), await known_and_unknown(there, job)
        assert len(again - seen) <= 1
        assert len(again - known) <= unknown

        await there.again(job, WantedAs.REPORTED, "report:1:olga", OLGA)
        left = await remove_video(there.deliverer, job)
        stays = await story.shown(job)
        assert len(stays) <= len(left) == unknown
        assert not await deliveries.with_files(there.database, job.id)
