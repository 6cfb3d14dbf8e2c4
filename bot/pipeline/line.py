"""The line at one look: who waits at which place, and how much video comes before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from storage.jobs import WAITING, Job, JobState


@dataclass(frozen=True, slots=True)
class Line:
    """Worked out once for all jobs: a look at n jobs takes n steps, not n times n.

    Those of one engine stand in a line of their own, as they have slots of their own.
    A job made in parts has one place, that of the first of its parts that waits.
    """

    places: dict[int, int]
    """Place (from 1) of each waiting job, by its number."""
    ahead: dict[int, int]
    """Milliseconds of video that run or wait before it."""
    parts: dict[int, list[Job]]
    """The parts of each whole that have not ended, in their order."""

    @classmethod
    def of(cls, open_jobs: Sequence[Job]) -> Self:
        """The line of these jobs, which are in the order of turns."""
        ahead: Counter[str] = Counter()
        lengths: Counter[str] = Counter()
        for job in open_jobs:
            if job.state == JobState.RUNNING:
                ahead[job.engine] += job.held_milliseconds
        line = cls({}, {}, {})
        for job in open_jobs:
            number = job.whole_id or job.id
            if job.whole_id is not None:
                line.parts.setdefault(job.whole_id, []).append(job)
            if job.state in WAITING:
                lengths[job.engine] += number not in line.places
                line.places.setdefault(number, lengths[job.engine])
                line.ahead.setdefault(number, ahead[job.engine])
                ahead[job.engine] += job.held_milliseconds
        return line

    def place(self, job: Job) -> int:
        """Its place; one that left the line since it was read was the next."""
        return self.places.get(job.id, 1)

    def ahead_milliseconds(self, job: Job) -> int:
        """How much video runs or waits before it."""
        return self.ahead.get(job.id, 0)
