"""A media process for a test, and what it can be given to do."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from bot.clock import Clock, SystemClock
from bot.media.worker.client import MediaWorker
from bot.media.worker.kinds import DECODING, ProcessKind
from tests.support.deadlines import eventually

PORTRAIT = Path(__file__).parents[3] / "bot" / "sandbox" / "samples" / "portrait.jpg"

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="this limit is known to hold on Linux"
)


@asynccontextmanager
async def worker_of(
    kind: ProcessKind = DECODING, clock: Clock | None = None, *folders: Path
) -> AsyncIterator[MediaWorker]:
    """One of that kind."""
    worker = MediaWorker(kind, clock or SystemClock(), folders)
    yield worker
    await worker.close()


def hoard(mebibytes: int) -> int:
    """Take memory, and touch it."""
    return int(np.ones(mebibytes << 20, np.uint8)[-1])


def say_and_wait(sign: Path) -> str:
    """Say that it began, and wait for a file beside the sign; for ever, if none comes."""
    sign.write_text("begun")
    while not sign.with_suffix(".go").exists():
        time.sleep(0.01)
    return "waited"


def is_running(process_id: int) -> bool:
    """Tell whether a process exists, as a zombie too."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


class Sign:
    """A pipe with a name, by which a call in the process says that it has begun."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "sign"
        os.mkfifo(self.path)
        self._end = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    async def given(self) -> None:
        """Wait for it."""
        await eventually(self._was_given, "a sign of the call")

    def _was_given(self) -> bool:
        try:
            return bool(os.read(self._end, 1))
        except BlockingIOError:
            return False


@pytest.fixture
def sign(tmp_path: Path) -> Iterator[Sign]:
    made = Sign(tmp_path)
    yield made
    os.close(made._end)
