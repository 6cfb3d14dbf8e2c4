"""What a process and all below it use, as Linux counts it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_BYTES_PER_MEGABYTE = 1_000_000


def tree(pid: int) -> list[int]:
    """The process and those below it that have not ended."""
    children = [
        int(child)
        for file in Path(f"/proc/{pid}/task").glob("*/children")
        for child in _read(file).split()
    ]
    return [pid, *(each for child in children for each in tree(child))]


def media_processes(pid: int) -> list[int]:
    """The media processes among them."""
    return started_as("bot.media.worker.process", pid)


def started_as(words: str, pid: int) -> list[int]:
    """Those among them with that in their command lines."""
    return [each for each in tree(pid) if words in _read(Path(f"/proc/{each}/cmdline"))]


def memory_megabytes(pid: int) -> float:
    """Proportional memory (PSS) of the tree: what is shared counts once."""
    return sum(map(own_megabytes, tree(pid)))


def own_megabytes(pid: int) -> float:
    """Proportional memory of that process alone."""
    rollup = _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    kilobytes = sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return kilobytes * 1024 / _BYTES_PER_MEGABYTE


def processor_seconds(pid: int) -> float:
    """User and system time of the tree, with that of its processes that have ended."""
    ticks = 0
    for each in tree(pid):
        fields = _read(Path(f"/proc/{each}/stat")).rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return ticks / _TICKS_PER_SECOND


async def settled_megabytes(pid: int) -> float:
    """The tree's memory once it does not change any more."""
    before = 0.0
    while abs((now := memory_megabytes(pid)) - before) > 0.2:
        before = now
        await asyncio.sleep(0.5)
    return now


def _read(path: Path) -> str:
    """Nothing, where the process ended meanwhile."""
    try:
        return path.read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
