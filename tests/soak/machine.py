"""What the process takes from the machine, sampled over a run."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression


def resident_bytes() -> int:
    """Memory that is really there (Linux)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int:
    """File descriptors in use (Linux)."""
    return len(list(Path("/proc/self/fd").iterdir()))


@dataclass
class Gauge:
    """Samples of memory and file descriptors, at moments of the soak's own time."""

    hours: list[float] = field(default_factory=list)
    memory_bytes: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)

    def look(self, seconds: float) -> None:
        """Take a sample."""
        gc.collect()
        self.hours.append(seconds / 3600)
        self.memory_bytes.append(resident_bytes())
        self.files.append(open_files())

    def moments(self) -> list[tuple[str, float, int]]:
        """Near the beginning, in the middle and at the end: megabytes and descriptors."""
        last = len(self.files) - 1
        named = (("start", min(2, last)), ("middle", last // 2), ("end", last))
        return [(name, self.memory_bytes[i] / 1e6, int(self.files[i])) for name, i in named]

    def megabytes_a_day(self) -> float:
        """How fast memory grew once the caches were full: the slope of the second half."""
        return _slope(self.hours, self.memory_bytes) * 24 / 1e6

    def files_a_day(self) -> float:
        """The same of file descriptors."""
        return _slope(self.hours, self.files) * 24


def _slope(xs: list[float], ys: list[float]) -> float:
    item = len(xs) // 2
    if len(xs) - item < 2:
        return 0.0
    return linear_regression(xs[item:], ys[item:]).slope
