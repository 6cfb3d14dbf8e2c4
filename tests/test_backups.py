"""Backups by themselves: made when they are due, so many kept, and the operator told of none."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.backups import task
from bot.backups.folder import BackupFolder
from bot.backups.task import Backups
from bot.config.amounts import HOUR
from tests.support.clock import NOON_MILLISECONDS
from tests.support.credentials import SECRET_TOKEN
from tests.support.fake_services import Fakes

BOT = int(SECRET_TOKEN.get_secret_value().partition(":")[0])
EVERY = 24 * 3600


def of(hours_ago: float, bot: int = BOT) -> str:
    """The name of a backup that is so old at noon."""
    return BackupFolder(Path(), bot).file_of(round(NOON_MILLISECONDS - hours_ago * HOUR)).name


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


class Kept(Backups):
    """In the place of the real command: one that says what the test wants."""

    script: str = "import sys; open(sys.argv[1], 'x').close()"

    def __post_init__(self) -> None:
        self.begun = asyncio.Event()

    def _command(self, file: Path) -> tuple[str, ...]:
        self.begun.set()
        return (sys.executable, "-c", self.script, str(file))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


@pytest.fixture
def backups(fakes: Fakes, folder: Path) -> Kept:
    return Kept(common=with_settings(fakes, folder))


def with_settings(fakes: Fakes, folder: Path, kept: int = 3) -> Any:
    changed = {
        "backup_dir": folder,
        "backups_kept": kept,
        "database_url": f"sqlite:///{fakes.database.path}",
    }
    return replace(fakes.common, limits=fakes.common.limits.model_copy(update=changed))


async def work(backups: Backups) -> set[object]:
    """Do what is due, as the worker does at one look; what that was."""
    due = await backups.due()
    for each in due.values():
        await each()
    return set(due)


async def told(fakes: Fakes) -> list[str]:
    await fakes.post()
    return fakes.told()


async def test_a_real_one_is_whole_and_for_nobody_elses_eyes(fakes: Fakes, folder: Path) -> None:
    await fakes.waiting_job()
    await work(Backups(common=with_settings(fakes, folder)))
    assert names(folder) == {of(0)}
    with closing(sqlite3.connect(folder / of(0))) as copy:
        assert copy.execute("SELECT COUNT(*) FROM jobs").fetchone() == (1,)
    assert (folder / of(0)).stat().st_mode & 0o077 == 0


async def test_the_next_is_due_a_day_later(fakes: Fakes, backups: Kept, folder: Path) -> None:
    await work(backups)
    fakes.clock.advance(EVERY - 601)
    await work(backups)
    assert names(folder) == {of(0)}
    fakes.clock.advance(601)
    await work(backups)
    assert names(folder) == {of(0), of(-24)}
    assert await told(fakes) == []


async def test_so_many_are_kept_and_no_file_of_another_name_goes(
    backups: Kept, folder: Path
) -> None:
    strangers = {
        *("notes.txt", "talking-photo.db", f"talking-photo-{BOT}-old.db", of(90, bot=BOT + 1)),
        *(f"talking-photo-{BOT}-20269999T999999Z.db", f"{of(80)}.gz", f"my-{of(80)}"),
    }
    for name in (*strangers, of(96), of(72), of(48), of(25)):
        (folder / name).touch()
    (folder / of(97)).mkdir()
    (folder / of(98)).symlink_to("notes.txt")
    await work(backups)
    assert names(folder) == {*strangers, of(97), of(98), of(48), of(25), of(0)}


async def test_what_a_wrong_clock_dated_keeps_none_from_being_made_and_goes_first(
    backups: Kept, folder: Path
) -> None:
    for name in (of(-900), of(-800), of(-700)):
        (folder / name).touch()
    await work(backups)
    assert names(folder) == {of(-900), of(-800), of(0)}


async def test_what_a_killed_process_left_is_removed_and_the_rest_is_not(
    backups: Kept, folder: Path
) -> None:
    left = folder / f".{of(1)}.77.part.x"
    left.mkdir()
    (left / "restored.db").touch()
    (folder / f".{of(1)}.77.part").touch()
    (folder / ".hidden").touch()
    await work(backups)
    assert names(folder) == {of(0), ".hidden"}


FAULTS = {
    "a full disk": "import sys; sys.exit('No space left on device')",
    "a crash": "import os; os.abort()",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_where_none_can_be_made_the_operator_is_told_after_26_hours_once_a_day(
    fakes: Fakes, backups: Kept, folder: Path, fault: str
) -> None:
    (folder / of(24)).touch()
    backups.script = FAULTS[fault]
    for _ in range(119):
        await work(backups)
        fakes.clock.advance(60)
    assert await told(fakes) == []
    for _ in range(24 * 60):
        fakes.clock.advance(60)
        await work(backups)
    (text,) = await told(fakes)
    assert "There is no backup of the last 26 hours" in text
    assert names(folder) == {of(24)}
    backups.script = Kept.script
    fakes.clock.advance(3600)
    await work(backups)
    fakes.clock.advance(EVERY)
    assert len(await told(fakes)) == 1


async def test_a_bot_that_was_down_makes_one_at_once_and_tells_only_where_it_cannot(
    fakes: Fakes, backups: Kept, folder: Path
) -> None:
    (folder / of(300)).touch()
    await work(backups)
    assert await work(backups) == set()
    (folder / of(0)).unlink()
    again = Kept(common=backups.common)
    again.script = FAULTS["a full disk"]
    await work(again)
    assert await work(again) == {"late backup"}
    assert "No space left on device" in (await told(fakes))[0]


@pytest.mark.parametrize("place", ["a file", "not to be written to"])
async def test_a_folder_that_cannot_be_used_is_named(
    fakes: Fakes, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    path = {"a file": tmp_path / "file", "not to be written to": Path("/proc/self")}[place]
    backups = Kept(common=with_settings(fakes, path))
    await work(backups)
    await work(backups)
    assert f"BACKUP_DIR leads to {path}, but " in (await told(fakes))[0]


async def test_a_folder_whose_disk_is_not_mounted_is_made_by_nobody_and_told_at_once(
    fakes: Fakes, backups: Kept, folder: Path
) -> None:
    await work(backups)
    mounted = shutil.move(folder, folder.with_name("mounted"))
    fakes.clock.advance(600)
    await work(backups)
    assert await work(backups) == {"late backup"}
    assert f"{folder}, but it is not there: mount its disk" in (await told(fakes))[0]
    assert folder.name not in names(folder.parent)
    shutil.move(mounted, folder)
    fakes.clock.advance(EVERY)
    await work(backups)
    assert names(folder) == {of(0), of(-24 - 1 / 6)}


async def test_a_disk_that_hangs_is_given_up_and_told(
    fakes: Fakes, backups: Kept, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups.script = "import time; time.sleep(10_000)"
    monkeypatch.setattr(task, "_LONGEST_SECONDS", 0)
    await work(backups)
    assert await work(backups) == {"late backup"}
    assert "took longer than three hours" in (await told(fakes))[0]
    assert names(folder) == set()


async def test_one_that_takes_long_is_told_while_it_is_under_way(
    fakes: Fakes, backups: Kept, folder: Path
) -> None:
    (folder / of(25)).touch()
    backups.script = "import time; time.sleep(10_000)"
    look = asyncio.create_task((await backups.due())["backup"]())
    await backups.begun.wait()
    fakes.clock.advance(3600)
    assert await backups.due() == {}, "the last one is 26 hours old and no more"
    fakes.clock.advance(60)
    tell = (await backups.due())["late backup"]
    await tell()
    assert "one is under way" in (await told(fakes))[0]
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look


async def test_a_clock_that_is_set_ahead_alone_tells_nobody(fakes: Fakes, backups: Kept) -> None:
    await work(backups)
    fakes.clock.set_wall(10 * EVERY)
    assert await work(backups) == set()
    fakes.clock.advance(600)
    assert await work(backups) == {"backup"}
    assert await told(fakes) == []
