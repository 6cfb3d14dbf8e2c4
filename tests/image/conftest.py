"""The image of a container, as `.ci/image` built it: its name is in IMAGE, and podman runs it."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from tests.support.deadlines import deadline

IMAGE = os.environ.get("IMAGE", "")
NAME = "talking-photo-test"
"""With this every name begins: `.ci/image` clears away what a killed run left."""
if not IMAGE:
    collect_ignore_glob = ["test_*.py"]

HARDENED = (
    "--read-only",
    "--read-only-tmpfs=false",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
    "--network=host",
    "--no-healthcheck",
)
"""Nothing may be written but the volume; the network is this machine's, for the local services.
No timer asks for health: tests do so themselves."""


@dataclass(frozen=True)
class Ended:
    """A command that has run to its end."""

    code: int
    printed: str


async def command(*words: str) -> Ended:
    """Run it; the local services in this loop go on meanwhile."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    run = partial(subprocess.run, words, **streams, text=True, timeout=deadline())
    over = await asyncio.to_thread(run)
    return Ended(over.returncode, over.stdout)


async def podman(*words: str) -> str:
    """What it prints; it has to succeed."""
    over = await command("podman", *words)
    assert over.code == 0, over.printed
    return over.printed


@asynccontextmanager
async def container(*words: str) -> AsyncIterator[str]:
    """One that is running, hardened, with these options; its id."""
    name = (await podman("run", "--detach", f"--name={NAME}", *HARDENED, *words, IMAGE)).strip()
    try:
        yield name
    finally:
        await podman("rm", "--force", "--volumes", name)
