"""Backups of a bot at work, and what a restored bot knows, does and says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.commands.child import bot_environment
from storage.db.migrate import migrate
from tests.support.chats import text_of
from tests.support.deadlines import eventually
from tests.support.world import HELD_SECONDS, QUICK_SECONDS, World


def command(there: World, *words: str | Path) -> Result:
    """Run `talking-photo WORDS…` with the bot's settings, in this process."""
    environment = bot_environment(there.settings)
    return CliRunner().invoke(main, [str(word) for word in words], env=dict(environment))


def names(folder: Path, pattern: str) -> list[str]:
    return sorted(path.name for path in folder.glob(pattern))


def rows(database: Path, table: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as base:
        return base.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()


def lose(database: Path) -> None:
    """With all that lies beside it."""
    for path in database.parent.glob(f"{database.name}*"):
        path.unlink()


async def test_a_backup_of_a_running_bot_is_whole_and_never_overwrites(
    there: World, tmp_path: Path
) -> None:
    ada = await there.person()
    await there.start_bot()
    await ada.sends_both()
    await ada.reaches("done")
    backup = tmp_path / "kept" / "backup.db"
    missing = command(there, "backup", backup)
    assert missing.exit_code == 1
    assert "cannot be used (No such file or directory)" in missing.output
    backup.parent.mkdir()
    assert command(there, "backup", backup).exit_code == 0
    assert rows(backup, "ledger") == rows(there.database, "ledger")
    assert names(backup.parent, "*") == ["backup.db"]
    content = backup.read_bytes()
    again = command(there, "backup", backup)
    assert (again.exit_code, "exists already" in again.output) == (1, True)
    assert backup.read_bytes() == content


async def test_what_is_damaged_becomes_no_backup(there: World, tmp_path: Path) -> None:
    await there.start_bot()
    await there.up()
    await there.stop_bot()
    with there.database.open("rb+") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096 * 4)
    made = command(there, "backup", tmp_path / "backup.db")
    assert made.exit_code == 1
    assert "is damaged" in made.output
    assert names(tmp_path, "*backup.db*") == []
    restored = command(there, "restore", there.database)
    assert "Nothing was changed" in restored.output


async def test_the_backup_of_a_newer_version_is_no_database_of_this_one(
    there: World, tmp_path: Path
) -> None:
    migrate(there.database)
    backup = tmp_path / "backup.db"
    assert command(there, "backup", backup).exit_code == 0
    with closing(sqlite3.connect(backup)) as base, base:
        base.execute("INSERT INTO schema_migrations VALUES (9999, '9999_later.sql', '7.8.9')")
    before = there.database.read_bytes()
    refused = command(there, "restore", backup)
    assert refused.exit_code == 1
    assert "written by version 7.8.9 of this program" in refused.output
    assert "Nothing was changed" in refused.output
    assert there.database.read_bytes() == before


async def test_a_bot_that_runs_is_not_restored_under(there: World, tmp_path: Path) -> None:
    await there.start_bot()
    await there.up()
    backup = tmp_path / "backup.db"
    assert command(there, "backup", backup).exit_code == 0
    refused = command(there, "restore", backup)
    assert (refused.exit_code, "stop it first" in refused.output) == (1, True)


@pytest.mark.parametrize("there", [{"render_seconds": HELD_SECONDS}], indirect=True)
async def test_after_a_restore_nothing_is_paid_for_twice_and_what_is_unknown_is_told(
    there: World, tmp_path: Path
) -> None:
    """A job runs and another waits at the backup; the other is submitted, then the disk dies."""
    ada, ben, operator = [await there.person(name) for name in ("Ada", "Ben", "Op")]
    await there.start_bot(ADMIN_IDS=str(operator.user_id))
    await ada.sends_both()
    await ada.reaches("running")
    await ben.sends_both()
    await ben.reaches("ready")
    backup = tmp_path / "backup.db"
    assert command(there, "backup", backup).exit_code == 0
    await there.tell_provider(render_seconds=QUICK_SECONDS)
    await ben.sees_video()
    await ada.sees_video()
    await there.kill_bot()
    lose(there.database)
    assert command(there, "restore", backup).exit_code == 0

    await there.start_bot(ADMIN_IDS=str(operator.user_id))
    report = text_of(await operator.sees("The database was restored"))
    tasks = [task["task_id"] for task in (await there.provider("tasks"))["tasks"]]
    (ours, unknown) = tasks
    assert unknown in report
    assert ours not in report
    await ben.sees("Nothing was charged")
    await ben.reaches("failed")

    async def ended() -> bool:
        return not there.rows("SELECT 1 FROM jobs WHERE state NOT IN ('done', 'failed')")

    await eventually(ended, "no job is open")
    assert len(await there.provider_calls("submit")) == 2
    assert there.balance()[0] == 0
    assert len(await ada.videos()) == 2, "delivered before and, as far as the backup knows, not"
    await ben.sends_both()
    await ben.reaches("done")
    assert len(await there.provider_calls("submit")) == 3


async def test_after_a_restore_that_lacks_nothing_all_goes_on(there: World, tmp_path: Path) -> None:
    ada = await there.person()
    there.faults.add("provider", "submit", "drop_before", times=None)
    await there.start_bot()
    await ada.sends_both()
    await ada.reaches("ready", "submitting")
    await there.stop_bot()
    backup = tmp_path / "backup.db"
    assert command(there, "backup", backup).exit_code == 0
    there.database.write_bytes(b"spoilt")
    restored = command(there, "restore", backup)
    assert "is kept as" in restored.output
    (aside,) = names(tmp_path, "bot.db.replaced-*Z")
    assert (tmp_path / aside).read_bytes() == b"spoilt"
    there.faults.clear()
    await there.start_bot()
    await ada.sees_video()
    await ada.reaches("done")
    await there.ledger_balances()
