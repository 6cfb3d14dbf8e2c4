"""Things a media process can be asked to do in the tests; named, so that it finds them."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bot.media.sound_errors import SoundFault, SoundRefused


def twice(number: int) -> int:
    """Return the double."""
    return 2 * number


def process_id() -> int:
    """Return the process's own id."""
    return os.getpid()


def crash() -> None:
    """Die as a decoder does that writes where it must not."""
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    """End the process quietly."""
    os._exit(0)


def hang() -> None:
    """Never end, without using time."""
    time.sleep(3600)


def burn() -> None:
    """Never end, using all the time there is."""
    while True:
        pass


def hoard(mebibytes: int) -> int:
    """Take memory, and touch it."""
    return int(np.ones(mebibytes << 20, np.uint8)[-1])


def write(path: Path) -> int:
    """Write a file."""
    return path.write_bytes(b"a" * 100)


def refuse() -> None:
    """Raise a refusal."""
    raise SoundRefused(SoundFault.TOO_LONG, 25_000)


def fail() -> None:
    """Raise what nobody foresaw."""
    raise KeyError("surprise")


def chatter() -> str:
    """Print into what could be mistaken for an answer."""
    print("hello", flush=True)
    os.write(1, b"\0" * 64)
    return "said"


def environment() -> list[str]:
    """Return the names of the variables that the process sees."""
    return sorted(os.environ)


def count(steps: int, on_progress: Callable[[float], None]) -> str:
    """Report progress."""
    for step in range(steps):
        on_progress((step + 1) / steps)
    return "counted"


def read_input() -> bytes:
    """Read what a library might take from standard input."""
    return sys.stdin.buffer.read()


class Malice:
    """Becomes a call of `os.system` when it is unpickled carelessly."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("echo unpickled > /dev/null",)


def malice() -> Malice:
    """Return something that a careless reader would run."""
    return Malice()


def echo(data: bytes) -> bytes:
    """Return what came."""
    return data


def report_and_hang(on_progress: Callable[[float], None]) -> None:
    """Say that it began, and never end."""
    on_progress(0.0)
    time.sleep(3600)
