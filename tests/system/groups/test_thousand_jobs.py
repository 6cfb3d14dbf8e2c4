"""A thousand videos of one person wait in a group: answers fit, and others are served."""

from __future__ import annotations

from pathlib import Path

from tests.storage.orders import more_jobs
from tests.support.chats import text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.person import Person
from tests.support.world import HELD_SECONDS, World, world
from tests.system.groups.test_twenty_in_a_group import MOST_EDITS_A_MINUTE, most_within_a_minute

MORE = 999
LONGEST = 1_500
"""Of an answer, in characters: a few lines, far below Telegram's limit."""


async def orders(there: World, hand: Person, jobs: int) -> None:
    """Photo, /talk, voice; that job is ready or running."""
    command = await hand.commands("/talk", reply_to=await hand.sends_photo())
    asked = await hand.sees_key("*", reply_to=command)
    await hand.says(1.0, reply_to=asked["message_id"])

    def is_handed_over() -> bool:
        rows = there.rows("SELECT 1 FROM tasks WHERE state IN ('ready', 'running')")
        return len(rows) == jobs

    await eventually(is_handed_over, "a job")


async def answer(hand: Person, command: str) -> str:
    sent = await hand.commands(command)
    return text_of(await hand.sees_key("*", reply_to=sent))


async def test_what_is_asked_is_answered_and_all_of_it_can_be_cancelled(tmp_path: Path) -> None:
    settings = {"JOBS_WAITING_PER_PERSON": "2000"}
    async with world(tmp_path, settings, render_seconds=HELD_SECONDS, stand_ins=True) as there:
        ada, ben = await there.person("Ada"), await there.person("Ben")
        hand = (group := await Group.create(there, "Faces", ada, ben)).member(ada)
        for jobs in (1, 2):
            await orders(there, hand, jobs)
        await there.stop_bot()
        before = len(await there.bot_calls("editMessageText"))  # a bot knows its own edits alone
        more_jobs(there.database, MORE, user_id="user_id", chat_id="chat_id")
        await there.start_bot()
        status, queue = await answer(hand, "/status"), await answer(hand, "/queue")
        assert f"{MORE + 2:,} videos" in status
        assert f"{MORE + 1:,}" in queue
        cancelled = await answer(hand, "/cancel")
        assert f"{MORE + 1:,} videos cancelled" in cancelled
        assert max(map(len, (status, queue, cancelled))) < LONGEST

        photo = await ben.sends_photo()
        await ben.sees_key("*photo-ready*", reply_to=photo)
        edits = [
            call["at"]
            for call in (await there.bot_calls("editMessageText"))[before:]
            if str(call["params"].get("chat_id")) == str(group.chat_id)
        ]
        assert most_within_a_minute(edits) <= MOST_EDITS_A_MINUTE
        assert there.rows("SELECT * FROM inbox WHERE state = 'parked'") == []
        assert there.rows("SELECT COUNT(*) AS n FROM tasks WHERE state = 'cancelled'") == [
            {"n": MORE + 1}
        ]
        held = there.rows(
            "SELECT DISTINCT job_id FROM ledger WHERE kind = 'hold'"
            " GROUP BY job_id HAVING (SELECT SUM(held_quota_milliseconds) FROM ledger AS all_of"
            " WHERE all_of.job_id = ledger.job_id) > 0"
        )
        assert held == [{"job_id": 1}]
        assert "work on" not in there.log()
