"""Backups of a bot at work, and what a restored bot knows, does and says."""

from __future__ import annotations

import resource
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.commands.child import bot_environment
from storage.db import backup as backups
from storage.db.backup import make_backup
from storage.db.errors import DatabaseTrouble
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


async def test_the_bot_makes_one_by_itself_and_one_is_enough_to_go_on_from(
    there: World, tmp_path: Path
) -> None:
    ada, kept = await there.person(), tmp_path / "kept"
    kept.mkdir()
    await there.start_bot(BACKUP_DIR=str(kept))
    await eventually(lambda: names(kept, "*.db"), "a backup")
    (backup,) = kept.glob("*.db")
    await ada.sends_both()
    await ada.reaches("done")
    await there.kill_bot()
    lose(there.database)
    assert command(there, "restore", backup).exit_code == 0
    await there.start_bot(BACKUP_DIR=str(kept))
    await ada.sends_both()
    await ada.sees_video(2)
    assert names(kept, "*.db") == [backup.name], "the next one is due in a day"


async def test_the_operator_is_told_where_none_can_be_made_and_videos_are_all_the_same(
    there: World, tmp_path: Path
) -> None:
    ada, operator = await there.person("Ada"), await there.person("Op")
    (file := tmp_path / "file").touch()
    await there.start_bot(BACKUP_DIR=str(file), ADMIN_IDS=str(operator.user_id))
    told = text_of(await operator.sees("There is no backup of the last 26 hours"))
    assert f"BACKUP_DIR leads to {file}, but" in told
    await ada.sends_both()
    await ada.reaches("done")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_disk_that_fills_up_meanwhile_is_named_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    database, target = tmp_path / "bot.db", tmp_path / "kept" / "copy.db"
    target.parent.mkdir()
    migrate(database)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (database.stat().st_size // 2, limit[1]))
    try:
        with pytest.raises(OSError, match=r"copy\.db") as full:
            make_backup(database, target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert not isinstance(full.value, DatabaseTrouble)
    assert names(target.parent, ".*") + names(target.parent, "*") == []


def test_a_copy_that_cannot_be_restored_becomes_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written is not what is read again, as on a disk that is dying."""
    database, target = tmp_path / "bot.db", tmp_path / "kept" / "copy.db"
    target.parent.mkdir()
    migrate(database)
    restore = backups.replace_database

    def spoilt(copy: Path, *where: Any, **named: Any) -> Path | None:
        with copy.open("rb+") as file:
            file.seek(4096 * 3)
            file.write(b"\xa5" * 4096 * 4)
        return restore(copy, *where, **named)

    monkeypatch.setattr(backups, "replace_database", spoilt)
    with pytest.raises(OSError, match="Input/output error"):
        make_backup(database, target)
    assert names(target.parent, ".*") + names(target.parent, "*") == []


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
