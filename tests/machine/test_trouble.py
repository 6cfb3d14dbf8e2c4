"""The database's disk on its bad days, as the running bot meets them."""

from __future__ import annotations

import resource
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.deadlines import eventually
from tests.support.world import HELD_SECONDS, QUICK_SECONDS, World

ENOUGH_FOR_NOTHING = "max_page_count = 1"
"""SQLite raises it to what is used already: not a page more can be had, as on a full disk."""


@pytest.mark.parametrize(
    ("pragma", "sentence"),
    [(ENOUGH_FOR_NOTHING, "is full: make room"), ("query_only = ON", "cannot be written")],
)
async def test_a_disk_that_takes_nothing_ends_it_with_a_sentence_before_anything_is_paid(
    there: World, pragma: str, sentence: str
) -> None:
    ada, operator = await there.person(), await there.person("Op")
    await there.start_bot(ADMIN_IDS=str(operator.user_id))
    await there.up()
    there.trouble.write_text(pragma)
    for _ in range(4):  # the first may fit into pages that are used already
        await ada.sends_both()
    assert await there.bot.ended() == 1
    assert sentence in there.bot.last_lines().splitlines()[-1]
    assert sentence in (await operator.sees("The bot stopped"))["text"]
    intended = there.rows("SELECT 1 FROM tasks WHERE submitting_at_milliseconds IS NOT NULL")
    assert len(await there.provider_calls("submit")) <= len(intended), (
        "what was not written was not paid for"
    )
    there.trouble.unlink()
    await there.start_bot()
    await ada.sees_video()
    await there.stop_bot()


@pytest.mark.proof
async def test_a_database_that_is_taken_away_ends_it_instead_of_being_written_for_nobody(
    there: World,
) -> None:
    await there.start_bot()
    await there.up()
    there.database.rename(there.directory / "aside.db")
    assert await there.bot.ended() == 1
    assert "was moved, deleted or replaced" in there.bot.last_lines().splitlines()[-1]


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process's files")
@pytest.mark.parametrize("there", [{"render_seconds": HELD_SECONDS}], indirect=True)
async def test_a_disk_that_fills_up_while_a_video_is_made_loses_nothing(there: World) -> None:
    """The system itself refuses to make the files of the bot longer."""
    ada = await there.person()
    await there.start_bot()
    await ada.sends_both()
    await ada.reaches("running")
    longest = (there.directory / "bot.db-wal").stat().st_size
    resource.prlimit(there.bot.pid, resource.RLIMIT_FSIZE, (longest, longest))
    await there.tell_provider(render_seconds=QUICK_SECONDS)
    assert await there.bot.ended() == 1
    assert "has no room" in there.bot.last_lines().splitlines()[-1]
    await there.start_bot()
    await ada.sees_video()
    await ada.reaches("done")
    assert len(await there.provider_calls("submit")) == 1
    await there.ledger_balances()


async def test_a_lock_of_another_program_is_waited_for_and_nothing_is_paid_meanwhile(
    there: World,
) -> None:
    ada = await there.person()
    await there.start_bot()
    await there.up()
    with closing(sqlite3.connect(there.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await ada.sends_both()

        async def waits() -> bool:
            return "keeps the database locked" in there.log()

        await eventually(waits, "a word about the lock")
        assert len(await there.provider_calls("submit")) == 0
        assert not await ada.videos()
    await ada.sees_video()
    assert len(await there.provider_calls("submit")) == 1


@pytest.mark.parametrize("where", [0, 5])
async def test_a_damaged_file_is_not_worked_with(there: World, where: int) -> None:
    """Neither where its first bytes are wrong nor where they are right."""
    operator = await there.person("Op")
    await there.start_bot()
    await there.up()
    await there.stop_bot()
    spoil(there.database, where)
    for _ in range(2):
        await there.start_bot(ADMIN_IDS=str(operator.user_id))
        assert await there.bot.ended() == 1
        assert "is damaged" in there.bot.last_lines().splitlines()[-1]
    alarms = [m for m in await operator.heard() if "is damaged" in m["text"]]
    assert len(alarms) == 1, "a bot that is restarted again and again says it once"


def spoil(database: Path, page: int) -> None:
    """Overwrite from a page on."""
    with database.open("rb+") as file:
        file.seek(page * 4096)
        file.write(b"\xa5" * 4096 * 3)
