"""What a media process may use, set by itself before it touches anything foreign."""

from __future__ import annotations

import sys
from dataclasses import dataclass

if sys.platform != "win32":
    import resource

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Bounds of one process; time counts anew for each call."""

    address_space_bytes: int
    cpu_seconds: int
    wall_seconds: float
    writes_files: bool


DECODING = WorkerLimits(1280 * _MIB, cpu_seconds=15, wall_seconds=30.0, writes_files=False)
"""For strangers' files: nothing that they do can reach the disk.

The libraries take 420 MiB of address space, the costliest picture that is allowed
(50 million pixels of WebP) 720 MiB more, any sound 80 MiB.
"""

RENDERING = WorkerLimits(2048 * _MIB, cpu_seconds=300, wall_seconds=600.0, writes_files=True)
"""For our own renderer, which writes its MP4."""

START_SECONDS = 60.0
"""How long a process may take to import its libraries, on the slowest of machines."""


def limit_process(limits: WorkerLimits) -> None:
    """Bind this process for good; an operating system that knows no such limit is let off."""
    if sys.platform == "win32":
        return
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_AS, limits.address_space_bytes)
    if not limits.writes_files:
        _lower(resource.RLIMIT_FSIZE, 0)


def limit_call(limits: WorkerLimits) -> None:
    """Give the process so much more CPU time from now on; it dies when that is used up."""
    if sys.platform == "win32":
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + limits.cpu_seconds + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def _lower(kind: int, most: int) -> None:
    try:
        resource.setrlimit(kind, (most, most))
    except (OSError, ValueError):
        return  # macOS refuses to bound the address space
