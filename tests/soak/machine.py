"""What the process takes from the machine, sampled over a run."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression


@dataclass
class Gauge:
    """Samples of memory and open files (Linux), at moments of the soak's own time."""

    hours: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        gc.collect()
        gc.freeze()  # what is there before a soak need not be looked through at each sample

    def look(self, seconds: float) -> None:
        """Take a sample."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        self.hours.append(seconds / 3600)
        self.megabytes.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
        self.files.append(len(list(Path("/proc/self/fd").iterdir())))

    def a_day(self, samples: list[float]) -> float:
        """How fast that grew once the caches were full: the slope of the second half."""
        middle = len(samples) // 2
        if len(samples) - middle < 2:
            return 0.0
        return linear_regression(self.hours[middle:], samples[middle:]).slope * 24
