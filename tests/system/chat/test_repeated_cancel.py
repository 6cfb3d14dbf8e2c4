"""A /cancel that is handled once more after a crash undoes nothing that was begun since."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.support.deadlines import eventually
from tests.support.texts import LONGEST_SECONDS, said
from tests.support.world import World

READY = said("photo-ready", longest=LONGEST_SECONDS)


async def test_a_draft_begun_after_cancel_outlives_its_repetition(there: World) -> None:
    ada = await there.person()
    first = await ada.sends_photo()
    await ada.sees(READY, reply_to=first)
    cancel = await ada.writes("/cancel")
    await ada.sees(said("cancel-draft"), reply_to=cancel)
    second = await ada.sends_photo()
    await ada.sees(READY, reply_to=second)
    await there.kill_bot()
    forget_that_it_was_handled(there, "/cancel")
    await there.start_bot()

    async def told_again() -> bool:
        answers = [m for m in await ada.heard() if said("cancel-draft") in m.get("text", "")]
        return len(answers) == 2

    await eventually(told_again, "the same answer, once more")
    await ada.says()
    await ada.sees_video()


def forget_that_it_was_handled(there: World, text: str) -> None:
    """As if the process had died before it could note it."""
    with closing(sqlite3.connect(there.database)) as connection, connection:
        changed = connection.execute(
            "UPDATE inbox SET state = 'new' WHERE body LIKE ?", (f'%"{text}"%',)
        )
        assert changed.rowcount == 1
