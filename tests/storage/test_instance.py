"""One bot per database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from storage.db.lock import AlreadyRunning, LockUnavailable, instance_lock

_HOLD = (
    "import sys, pathlib\n"
    "from storage.db.lock import instance_lock\n"
    "with instance_lock(pathlib.Path(sys.argv[1])):\n"
    "    print('held', flush=True)\n"
    "    sys.stdin.read()\n"
)


def test_a_second_holder_in_the_same_process_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    with (
        instance_lock(database),
        pytest.raises(AlreadyRunning, match=r"bot\.db\): stop it first"),
        instance_lock(database),
    ):
        pass


def test_the_lock_can_be_taken_again_after_it_was_given_back(tmp_path: Path) -> None:
    for _ in range(2):
        with instance_lock(tmp_path / "bot.db"):
            pass


def test_two_databases_have_two_locks(tmp_path: Path) -> None:
    with instance_lock(tmp_path / "one.db"), instance_lock(tmp_path / "two.db"):
        pass


def test_the_lock_of_a_killed_process_is_free_again(tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning), instance_lock(database):
            pass
        holder.kill()
    with instance_lock(database):
        pass


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(LockUnavailable, match="create its folder"),
        instance_lock(tmp_path / "no" / "bot.db"),
    ):
        pass
