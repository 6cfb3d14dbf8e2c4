"""What a media process may use, set by itself before it touches anything foreign."""

from __future__ import annotations

import os
import re
import resource
from contextlib import suppress
from pathlib import Path

from bot.linux import said_in
from bot.media import memory
from bot.media.worker.kinds import ProcessKind

_UNTOUCHED_BYTES = 96 * 1024 * 1024
_STATUS = Path("/proc/self/status")
_USED = re.compile(r"^(VmRSS|VmData):\s+(\d+) kB", re.MULTILINE)


def limit_process(kind: ProcessKind, mebibytes: int) -> None:
    """Bind this process for good, to so much memory with its libraries."""
    os.nice(kind.niceness)
    _offer_itself()
    _lower(resource.RLIMIT_CORE, 0)
    _limit_memory(mebibytes * 1024 * 1024)
    if not kind.writes_files:
        _lower(resource.RLIMIT_FSIZE, 0)


def _limit_memory(most_bytes: int) -> None:
    """What it has of its own may grow by what is left of that, and by what is asked for and never
    touched, such as the stacks of an encoder's threads.
    """
    used = {name: int(size) * 1024 for name, size in _USED.findall(said_in(_STATUS))}
    if {"VmRSS", "VmData"} <= used.keys():
        memory.left_bytes = max(0, most_bytes - used["VmRSS"])
        _lower(resource.RLIMIT_DATA, used["VmData"] + int(memory.left_bytes) + _UNTOUCHED_BYTES)


def _offer_itself() -> None:
    """Where memory runs out, the kernel ends this process and not the bot."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")


def limit_call(kind: ProcessKind) -> None:
    """Give the process so much more CPU time from now on; it dies when that is used up."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + kind.cpu_seconds + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def _lower(number: int, most: int) -> None:
    try:
        resource.setrlimit(number, (most, most))
    except (OSError, ValueError):
        return  # macOS refuses to bound the address space
