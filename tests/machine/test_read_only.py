"""A container as strict as they come: nothing can be written but one folder, the user has no name.

There is no folder for temporary files and no HOME. It takes root and Linux's mount namespaces.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox, serve_sandbox
from storage.db.migrate import migrate
from tests.commands.test_run import up
from tests.support.process import Running, running

NOBODYS = "54321"
ROOT = Path(__file__).parents[2]
_SCRIPT = """
set -e
mount --make-rprivate /
mount --bind "$PLACE" "$PLACE"
mount -t tmpfs tmpfs "$PLACE/small" -o "size=64k,mode=777"
for point in $(cut -d' ' -f5 /proc/self/mountinfo | sort -u); do
    case $point in "$PLACE"*|/proc*|/sys*|/dev|/dev/pts) ;;
    *) mount -o remount,bind,ro "$point" 2>/dev/null || true ;;
    esac
done
cd /
exec setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups "$@"
"""


def _can_play() -> bool:
    tools = all(map(shutil.which, ("unshare", "setpriv", "mount")))
    if not tools or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        return False
    as_nobody = ("setpriv", "--reuid", NOBODYS, "--regid", NOBODYS, "--clear-groups")
    # What setpriv itself starts may still read all that root may; what is started by that may not.
    reads = [*as_nobody, "env", sys.executable, "-c", "import bot.__main__"]
    return not subprocess.run(reads, check=False, cwd=ROOT, capture_output=True).returncode


pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not _can_play(),
    reason="needs root, mount namespaces, and a checkout that others may read",
)

Strict = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
def place() -> Iterator[Path]:
    """The one folder that can be written, with a disk in it that is soon full; not among those of
    pytest, which are root's alone.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "volume"
        (place / "small").mkdir(parents=True)
        for each in (Path(folder), place):
            each.chmod(0o777)
        yield place


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A local Telegram and a local video service on free ports."""
    async with serve_sandbox(telegram_port=0, dashscope_port=0, render_seconds=0) as served:
        yield served


@pytest.fixture
def strict(place: Path) -> Strict:
    """Starts a command there."""
    return partial(_started, place)


def _started(place: Path, words: str, **settings: str) -> AbstractAsyncContextManager[Running]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PLACE": str(place)}
    command = (sys.executable, "-m", "bot", *shlex.split(words))
    return running(
        *("unshare", "-m", "sh", "-c", _SCRIPT, "sh", *command),
        cwd=place,
        environment={**environment, "USER_ID": NOBODYS, "ENV_FILE": "", **settings},
    )


async def ended(command: AbstractAsyncContextManager[Running]) -> str:
    """Its last line, which is a sentence."""
    async with command as over:
        assert await over.ended() == 1, over.printed
    assert "Traceback" not in over.printed
    return over.printed.splitlines()[-1]


async def test_the_bot_runs_there_and_the_doctor_finds_nothing_to_mend(
    strict: Strict, place: Path, sandbox: Sandbox
) -> None:
    settings = {**sandbox.settings, "DATABASE_URL": f"sqlite:///{place}/bot.db"}
    async with strict("doctor", **settings) as over:
        assert await over.ended() == 0, over.printed
    assert "there is no folder for temporary files" in over.printed
    async with strict("run", **settings) as command:
        await up(command, sandbox)


@pytest.mark.parametrize("words", ["run", "doctor", "demo --no-browser", "sandbox"])
async def test_what_cannot_be_written_is_one_sentence_there(
    strict: Strict, sandbox: Sandbox, words: str
) -> None:
    line = await ended(strict(words, **sandbox.settings))
    if words == "run":
        assert line.startswith("DATABASE_URL leads to ., but / cannot be written to")


@pytest.mark.parametrize("words", ["run", "restore old.db"])
async def test_a_full_disk_is_one_sentence_there(
    strict: Strict, place: Path, sandbox: Sandbox, words: str
) -> None:
    settings = {**sandbox.settings, "DATABASE_URL": f"sqlite:///{place}/small/bot.db"}
    line = await ended(
        strict(words.replace("old.db", shlex.quote(f"{ROOT / 'LICENSE'}")), **settings)
    )
    assert "small" in line or "is no backup" in line
    assert line.endswith(".")


def paths(place: Path) -> list[Path]:
    return sorted(place.rglob("*"))


@pytest.mark.parametrize(
    ("target", "words"),
    [("small/copy.db", "MB more have to be free"), ("../copy.db", "Read-only file system")],
)
async def test_a_backup_that_finds_no_place_is_one_sentence_and_leaves_nothing_there(
    strict: Strict, place: Path, target: str, words: str
) -> None:
    (database := place / "bot.db").touch(mode=0o666)
    database.chmod(0o666)
    migrate(database)
    before = paths(place)
    line = await ended(strict(f"backup {place / target}", DATABASE_URL=f"sqlite:///{database}"))
    assert words in line
    assert line.endswith("No backup was made.")
    assert paths(place) == before


async def test_the_alarm_is_raised_without_a_folder_for_temporary_files(
    strict: Strict, place: Path, sandbox: Sandbox
) -> None:
    (place / "bad.db").write_bytes(b"\xa5" * 9_000)
    (place / "bad.db").chmod(0o666)
    settings = {**sandbox.settings, "DATABASE_URL": f"sqlite:///{place}/bad.db"}
    line = await ended(strict("run", **settings, ADMIN_IDS="7001"))
    assert "is damaged" in line
