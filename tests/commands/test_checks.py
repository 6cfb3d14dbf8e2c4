"""The doctor's checks that need no other process: clock, disk, database."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from bot import __version__
from bot.backups.folder import BackupFolder
from bot.clock import SystemClock
from bot.commands.checks.backups import check_backups
from bot.commands.checks.clocks import check_clock
from bot.commands.checks.database import check_database
from bot.commands.checks.disks import (
    check_disks,
    check_free_space,
    check_persistence,
    check_temporary,
    mount_of,
)
from bot.config.folders import SettingsFolder
from bot.config.settings import Settings
from storage.db import migrate as migrations
from storage.db.lock import instance_lock
from tests.support.clock import HOUR, FakeClock
from tests.support.credentials import SECRET_TOKEN


def answering(status: int, headers: dict[str, str]) -> httpx.AsyncClient:
    """A client that gets this answer from anybody."""
    answer = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers))
    return httpx.AsyncClient(transport=answer)


@pytest.mark.parametrize(
    ("seconds_ahead", "level", "words"),
    [
        (0, "ok", "agrees with api.example"),
        (-29, "ok", "agrees with api.example"),
        (120, "problem", "120 seconds ahead of api.example"),
        (-120, "problem", "120 seconds behind api.example"),
    ],
)
async def test_the_clock_is_held_against_the_date_of_an_answer(
    seconds_ahead: int, level: str, words: str
) -> None:
    clock = FakeClock((1_780_000_000 + seconds_ahead) * 1_000)
    date = "Thu, 28 May 2026 20:26:40 GMT"  # 1,780,000,000 seconds after 1970
    async with answering(404, {"Date": date}) as http:
        (finding,) = await check_clock(http, clock, "https://api.example/x")
    assert finding.level == level
    assert words in finding.text


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}])
async def test_an_answer_without_a_date_says_nothing(headers: dict[str, str]) -> None:
    async with answering(200, headers) as http:
        assert await check_clock(http, SystemClock(), "https://api.example/x") == []


async def test_a_server_that_does_not_answer_says_nothing() -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    async with httpx.AsyncClient(transport=httpx.MockTransport(fail)) as http:
        assert await check_clock(http, SystemClock(), "https://api.example/x") == []


def test_the_innermost_mount_counts(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "overlay / overlay rw 0 0\n"
        "/dev/sdb /data ext4 rw 0 0\n"
        "tmpfs /data/fast tmpfs rw 0 0\n"
        "/dev/sdc /my\\040disk xfs rw 0 0\n"
    )
    assert mount_of(Path("/home/bot"), mounts) == (Path("/"), "overlay")
    assert mount_of(Path("/data/bot"), mounts) == (Path("/data"), "ext4")
    assert mount_of(Path("/data/fast/bot"), mounts) == (Path("/data/fast"), "tmpfs")
    assert mount_of(Path("/my disk/bot"), mounts) == (Path("/my disk"), "xfs")
    assert mount_of(Path("/data"), tmp_path / "none") == (Path("/"), "")


def test_a_folder_for_temporary_files_is_warned_of(tmp_path: Path) -> None:
    finding = check_persistence(tmp_path)
    assert finding.level == "warning"
    assert "DATABASE_URL" in finding.remedy


@pytest.mark.parametrize(("mark", "platform"), [("DYNO", "Heroku"), ("K_SERVICE", "Cloud Run")])
def test_a_platform_with_a_throw_away_disk_is_warned_of(
    mark: str, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mark, "web.1")
    finding = check_persistence(Path("/"))
    assert finding.level == "warning"
    assert platform in finding.text


@pytest.mark.parametrize(
    ("free_bytes", "level"), [(100, "problem"), (500_000_000, "warning"), (10**12, "ok")]
)
def test_room_is_told_in_three_levels(
    free_bytes: int, level: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free_bytes))
    assert check_free_space(tmp_path).level == level


def findings(path: Path) -> str:
    folder = SettingsFolder("DATABASE_URL", path.parent, path)
    return "\n".join(map(str, [*check_disks([folder]), *check_database(path)]))


def test_a_database_that_is_not_there_yet_is_fine_and_not_made(tmp_path: Path) -> None:
    assert "will be made at the first start" in findings(tmp_path / "new" / "bot.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_a_problem(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "cannot be written to" in findings(tmp_path / "bot.db")


@pytest.mark.parametrize("kind", [FileNotFoundError(2, "No usable temporary directory found")])
def test_a_machine_without_a_folder_for_temporary_files_is_warned_of(
    kind: OSError, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def none() -> str:
        raise kind

    monkeypatch.setattr(tempfile, "gettempdir", none)
    monkeypatch.delenv("TMPDIR", raising=False)
    assert check_temporary().level == "warning"
    assert "can be written" in findings(tmp_path / "bot.db")


def test_a_full_disk_is_found_by_writing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files can still be made there: only what is put into them is refused."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limit[1]))
    try:
        told = SettingsFolder("DATA_DIR", tmp_path / "videos").fault()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert told is not None
    assert "cannot be written to (File too large)" in told


def test_a_whole_database_is_ok(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE t (x)")
    told = findings(path)
    assert "can be written and is whole" in told
    assert "no bot is running" in told


def test_it_says_what_the_next_start_will_do_to_the_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bot.db"
    migrations.migrate(path)
    assert "nothing will be changed at the next start" in findings(path)
    known = migrations.all_migrations()
    later = [*known, migrations.Migration(9998, "9998_later.sql", "SELECT 1")]
    with monkeypatch.context() as newer:
        newer.setattr(migrations, "all_migrations", lambda: later)
        told = findings(path)
        migrations.migrate(path)
    assert "warning  schema: the next start takes 1 step(s)" in told
    assert "(9998_later.sql) — make a backup first" in told
    assert f"problem  schema: The database was written by version {__version__}" in findings(path)


def test_it_says_how_old_the_newest_backup_is_and_what_keeps_the_next_from_being_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, clock = tmp_path / "bot.db", FakeClock()
    settings = Settings(
        telegram_bot_token=SECRET_TOKEN,
        engine="preview",
        database_url=f"sqlite:///{path}",
        backup_dir=tmp_path / "backups",
    )

    def told(settings: Settings = settings) -> str:
        return "\n".join(map(str, check_backups(settings, clock)))

    assert "none are made by themselves" in told(settings.model_copy(update={"backup_dir": None}))
    migrations.migrate(path)
    folder = BackupFolder(tmp_path / "backups", settings.bot_id)
    assert f"problem  backups: BACKUP_DIR leads to {folder.path}, but it is not there" in told()
    folder.path.mkdir()
    assert "the first will be made" in told()
    assert "warning  backups: they are on the disk of the database" in told()
    folder.file_of(clock.now_milliseconds()).touch()
    clock.advance(26 * HOUR)
    assert "ok       backups: the newest" in told()
    clock.advance(1)
    assert "26 hours old — the bot makes one when it runs" in told()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10_000))
    assert "problem  backups: the next one will not find room" in told()
    nowhere = settings.model_copy(update={"backup_dir": path})
    assert f"problem  backups: BACKUP_DIR leads to {path}, but {path} is not a folder" in told(
        nowhere
    )


def test_a_running_bot_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    path.touch()
    with instance_lock(path):
        assert "warning  instance: a bot is running with this database" in findings(path)


def test_a_damaged_database_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    path.write_bytes(b"this was never a database" * 500)
    assert "problem  database:" in findings(path)
    assert "restore a backup" in findings(path)
