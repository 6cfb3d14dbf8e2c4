"""How much memory this machine has, and who of the media processes may have it.

What a machine or a container has is not what a process can see of it: the kernel ends one that
takes more. So each process is promised a part before it starts, and together they never have more
than there is beside the bot.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path, PurePosixPath

from bot.linux import said_in
from bot.media.worker.kinds import ProcessKind

NEEDED_MIB = 512
"""Whatever is promised fits into it."""
LEAST_MIB = 256
"""Voices and videos of up to 20 s fit into it, and photos that phones take."""

_BOT_MIB = 96
_MEBIBYTE = 1024 * 1024
_UNKNOWN_MIB = 4096
_SHARES = 2
_SHOWN = 0.85
"""What a small machine shows of its memory, at least: its kernel keeps the rest."""

EndIdle = Callable[[], Awaitable[None]]
"""Ends a process that has nothing to do."""


class Room:
    """The memory beside the bot's own, in MiB."""

    def __init__(self, mebibytes: int | None = None) -> None:
        whole = machine_mebibytes() if mebibytes is None else mebibytes
        self.is_enough = is_size(whole, NEEDED_MIB)
        """For whatever is promised, long voices among it."""
        self._all = self._left = max(whole, LEAST_MIB) - _BOT_MIB
        self._freed = asyncio.Condition()
        self._waiting = 0
        self._idle: list[EndIdle] = []

    def add(self, end_idle: EndIdle) -> None:
        """Whose process may be ended where another one needs its memory."""
        self._idle.append(end_idle)

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waits for some of it."""
        return self._waiting > 0

    def share_of(self, kind: ProcessKind) -> int:
        """How much a process of that kind gets: what its work usually takes, and more where there
        is much.
        """
        return min(kind.most_mib, max(min(kind.usual_mib, self._all), self._all // _SHARES))

    async def take(self, mebibytes: int) -> int:
        """Wait until there is so much, and have it; returned, to be given back."""
        self._waiting += 1
        try:
            if self._left < mebibytes:
                await asyncio.gather(*(end_idle() for end_idle in self._idle))
            async with self._freed:
                await self._freed.wait_for(lambda: self._left >= mebibytes)
                self._left -= mebibytes
        finally:
            self._waiting -= 1
        return mebibytes

    async def give_back(self, mebibytes: int) -> None:
        """Let others have it."""
        async with self._freed:
            self._left += mebibytes
            self._freed.notify_all()


def is_size(mebibytes: int, nominal_mib: int) -> bool:
    """Whether a machine that shows so much is sold as having that."""
    return mebibytes >= nominal_mib * _SHOWN


def machine_mebibytes(root: Path = Path("/")) -> int:
    """What the machine has, or its container is allowed; 4 GiB where that cannot be told."""
    known = [*_of_machine(root), *_of_control_groups(root)]
    return min(known, default=_UNKNOWN_MIB * _MEBIBYTE) // _MEBIBYTE


def _of_machine(root: Path) -> Iterator[int]:
    for line in said_in(root / "proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            yield int(line.split()[1]) * 1024
    if root == Path("/") and not Path("/proc/meminfo").exists() and hasattr(os, "sysconf"):
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _of_control_groups(root: Path) -> Iterator[int]:
    """The limits of the group that this process is in and of those above, in either version."""
    for line in said_in(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        base = root / ("sys/fs/cgroup/memory" if controllers else "sys/fs/cgroup")
        name = "memory.limit_in_bytes" if controllers else "memory.max"
        for group in (PurePosixPath(path), *PurePosixPath(path).parents):
            limit = said_in(base / group.relative_to("/") / name).strip()
            if limit.isdigit():
                yield int(limit)
