"""Things a media process can be asked to do in the tests; named, so that it finds them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from bot.media.sound.errors import SoundFault, SoundRefused


def burn() -> None:
    """Never end, using all the time there is."""
    while True:
        pass


def hoard(mebibytes: int) -> int:
    """Take memory, and touch it."""
    return int(np.ones(mebibytes << 20, np.uint8)[-1])


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


def read_input() -> bytes:
    """Read what a library might take from standard input."""
    return sys.stdin.buffer.read()


class Malice:
    """Becomes a call of `os.system` when it is unpickled carelessly."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("echo unpickled > /dev/null",)


def say_and_wait(sign: Path) -> str:
    """Say that it began, and wait for a file beside the sign; for ever, if none comes."""
    sign.write_text("begun")
    while not sign.with_suffix(".go").exists():
        time.sleep(0.01)
    return "waited"
