"""Whether the video arrived is unknown: it is seen in the end, and never three times."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.crash.points import Crash
from tests.support.chats import text_of
from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.proof]


async def delivered(world: World, ada: Person) -> list[dict[str, Any]]:
    """The videos to be seen once the job is done and the bot has no more to say."""

    async def told() -> bool:
        try:
            return bool(world.rows("SELECT 1 FROM jobs WHERE state = 'done' AND announced = 1"))
        except sqlite3.OperationalError:  # the bot has not made its database yet
            return False

    await eventually(told)
    assert len(await world.billed_videos()) == 1
    return await ada.videos()


@pytest.mark.parametrize(
    ("kind", "params", "videos"),
    [
        ("drop_before", {}, 1),  # not stored: the status becomes the video
        ("status", {"code": 502}, 1),
        ("drop_after", {}, 2),  # stored: the status becomes the same video
        ("error_after", {"code": 500}, 2),
        ("rate_limit", {"retry_after": 2}, 1),
    ],
)
async def test_an_unanswered_video_is_seen_and_not_sent_again(
    there: World, kind: str, params: dict[str, Any], videos: int
) -> None:
    there.faults.add("telegram", "sendVideo", kind, params=params)
    await there.start_bot()
    ada = await there.person()
    await ada.sends_both()
    assert len(await delivered(there, ada)) == videos


async def test_a_lost_answer_to_the_edit_shows_it_no_more_often(there: World) -> None:
    there.faults.add("telegram", "sendVideo", "drop_after")
    there.faults.add("telegram", "editMessageMedia", "drop_after", times=3)
    await there.start_bot()
    ada = await there.person()
    await ada.sends_both()
    assert len(await delivered(there, ada)) == 2


async def test_killed_again_and_again_while_sending_it_is_shown_at_most_twice(there: World) -> None:
    await there.start_bot(Crash("Sender.send_video", "after"))
    ada = await there.person()
    await ada.sends_both()
    await there.bot.ended()
    for _ in range(3):
        await there.start_bot(Crash("Sender.edit_into_video", "after"))
        await there.bot.ended()
    await there.start_bot()
    assert len(await delivered(there, ada)) == 2


async def test_without_a_status_message_it_is_still_shown_at_most_twice(there: World) -> None:
    await there.start_bot(Crash("Sender.send_video", "after"))
    ada = await there.person()
    await ada.sends_both()
    await there.bot.ended()
    (job,) = there.rows("SELECT * FROM jobs")
    path = f"/sim/chats/{ada.user_id}/messages/{job['status_message_id']}"
    (await there.http.delete(path)).raise_for_status()
    there.faults.add("telegram", "sendVideo", "drop_after", times=5)
    await there.start_bot()
    assert len(await delivered(there, ada)) == 2


async def test_a_chat_that_closes_while_sending_ends_the_job_settled(there: World) -> None:
    there.faults.add("telegram", "sendVideo", "drop_before")
    await there.start_bot(Crash("deliveries.sending-commit", "after"))
    ada = await there.person()
    await ada.sends_both()
    await there.bot.ended()
    (await there.http.post(f"/sim/chats/{ada.user_id}/block")).raise_for_status()
    await there.start_bot()
    job = await ada.reaches("undeliverable")
    (settled,) = there.rows("SELECT * FROM ledger WHERE kind = 'settle'")
    (billed,) = await there.billed_videos()
    assert settled["job_id"] == job["id"]
    assert settled["video_milliseconds"] == billed["milliseconds"]


async def test_the_caption_of_the_edited_video_is_the_same_receipt(there: World) -> None:
    there.faults.add("telegram", "sendVideo", "drop_after")
    await there.start_bot()
    ada = await there.person()
    await ada.sends_both()
    first, second = await delivered(there, ada)
    assert text_of(first) == text_of(second)
