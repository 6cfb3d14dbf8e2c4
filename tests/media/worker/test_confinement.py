"""From inside a media process nothing of the bot can be read, changed, reached or started."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.media.calls import what_is_lacking
from bot.media.errors import SoundFault, SoundRefused, VideoUnreadable
from bot.media.exchange import Explained, Protection, VideoFacts
from bot.media.processes import MediaProcesses
from bot.media.worker.client import MediaWorkerDied
from bot.media.worker.kinds import KINDS, ProcessKind
from bot.media.worker.talk import TalkBroken
from bot.media.worker.wire import value_of
from tests.media.worker.conftest import is_running, worker_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what Linux's kernel gives")

PTRACE_ATTACH = 16


def attempt(deed: Callable[..., object], *args: Any) -> str:
    """Do it; the name of the error, or what came of it."""
    try:
        return f"done: {deed(*args)!r}"
    except OSError as error:
        return type(error).__name__


def attempts(deeds: dict[str, partial[Any]]) -> dict[str, str]:
    """Each of them, in the main thread and in another."""
    found = {name: attempt(deed) for name, deed in deeds.items()}

    def in_a_thread() -> None:
        found.update({f"{name}, in a thread": attempt(deed) for name, deed in deeds.items()})

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    return found


def connect(family: int, kind: int, address: Any) -> None:
    """Open a connection, or send a packet."""
    with socket.socket(family, kind) as it:
        it.connect(address)


def attach(process_id: int) -> int:
    """Take hold of another process, as a debugger does."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.ptrace(PTRACE_ATTACH, process_id, None, None) < 0:
        raise PermissionError
    return 0


def read_memory(process_id: int) -> bytes:
    """Of another process."""
    with Path(f"/proc/{process_id}/mem").open("rb") as memory:
        return memory.read(1)


def fork() -> int:
    """Become two."""
    if (child := os.fork()) == 0:
        os._exit(0)
    return child


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


def deeds(secrets: Path, port: int) -> dict[str, partial[Any]]:
    """What somebody would do who had taken the process over."""
    bot = os.getpid()
    return {
        "read the environment": partial(Path(f"/proc/{bot}/environ").read_bytes),
        "read the command line": partial(Path(f"/proc/{bot}/cmdline").read_bytes),
        "read the memory": partial(read_memory, bot),
        "list the bot's files": partial(os.listdir, f"/proc/{bot}/fd"),
        "read the settings": partial((secrets / ".env").read_bytes),
        "read the database": partial((secrets / "bot.db").read_bytes),
        "overwrite the database": partial((secrets / "bot.db").write_bytes, b""),
        "delete the database": partial((secrets / "bot.db").unlink),
        "move the database": partial((secrets / "bot.db").rename, secrets / "gone"),
        "list the folder": partial(os.listdir, secrets),
        "write a file": partial((secrets / "new").write_bytes, b"1"),
        "make a folder": partial((secrets / "new").mkdir),
        "link the settings": partial(os.link, secrets / ".env", secrets / "link"),
        "read who is who": partial(Path("/etc/passwd").read_bytes),
        "connect": partial(connect, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)),
        "send a packet": partial(connect, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port)),
        "connect within": partial(connect, socket.AF_UNIX, socket.SOCK_STREAM, "\0nobody"),
        "start a program": partial(subprocess.run, ["/bin/true"], check=False),
        "become a program": partial(os.execv, "/bin/true", ["true"]),
        "fork": partial(fork),
        "end the bot": partial(os.kill, bot, 0),
        "end everything": partial(os.kill, -1, 0),
        "attach": partial(attach, bot),
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
async def test_nothing_of_the_bot_can_be_read_changed_or_reached(
    kind: ProcessKind, tmp_path: Path, listener: socket.socket
) -> None:
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKEN=secret")
    (tmp_path / "bot.db").write_text("rows")
    (tmp_path / "results").mkdir()
    port = listener.getsockname()[1]
    async with worker_of(kind, None, tmp_path / "results") as media:
        found = await media.run(partial(attempts, deeds(tmp_path, port)))
    assert len(found) == 2 * len(deeds(tmp_path, port))
    assert set(found.values()) == {"PermissionError"}, found
    assert (tmp_path / "bot.db").read_text() == "rows"
    assert not (tmp_path / "new").exists()


async def test_all_that_there_is_protects_on_this_kernel() -> None:
    async with MediaProcesses() as media:
        assert await media.run(what_is_lacking) == ()


def environment() -> dict[str, str]:
    return dict(os.environ)


async def test_it_has_no_environment() -> None:
    async with worker_of() as media:
        assert await media.run(environment) == {}


async def test_who_keeps_the_pipes_open_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    left, real = map(shlex.quote, (str(tmp_path / "left"), sys.executable))
    python.write_text(f'#!/bin/sh\nsetsid sleep 3600 & echo $! >{left}\nexec {real} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    async with asyncio.timeout(300):
        async with worker_of() as media:
            process = await media.run(os.getpid)
    other = int((tmp_path / "left").read_text())
    assert is_running(other)
    assert not is_running(process)
    os.kill(other, signal.SIGKILL)


LIES: tuple[tuple[object, Any], ...] = (
    ("text", int),
    (None, bytes),
    ({"width": "wide"}, VideoFacts),
    ({"jpeg": b"", "faces": 1, "offers": [[1, 2]], "at_edge": False}, Explained | None),
    (["Landlock", "another"], tuple[Protection, ...]),
)


@pytest.mark.parametrize(("value", "result"), LIES)
def test_what_is_not_of_the_declared_kind_is_no_answer(value: object, result: Any) -> None:
    with pytest.raises(TalkBroken):
        value_of(msgspec.Raw(msgspec.msgpack.encode(value)), result)


async def test_a_process_that_lies_is_replaced() -> None:
    async with worker_of() as media:
        before = await media.run(os.getpid)
        with pytest.raises(MediaWorkerDied):
            await media.run(os.getcwd, VideoFacts)
        assert not is_running(before)
        assert await media.run(os.getpid, int) != before


def refuse(refusal: Exception) -> None:
    raise refusal


async def test_a_failure_crosses_over_as_it_was_raised() -> None:
    async with worker_of() as media:
        for refusal in (SoundRefused(SoundFault.SILENT), VideoUnreadable("cut")):
            with pytest.raises(type(refusal)) as raised:
                await media.run(partial(refuse, refusal))
            assert raised.value.args == refusal.args


async def test_a_media_process_is_the_first_to_be_ended_where_memory_runs_out() -> None:
    async with worker_of() as media:
        process = await media.run(os.getpid)
        score = await asyncio.to_thread(Path(f"/proc/{process}/oom_score_adj").read_text)
    assert score.strip() == "1000"
