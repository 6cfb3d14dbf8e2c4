"""The queue at one look: who waits where, how much comes before, the parts of one video."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from bot.chat.estimates import ServiceTimes
from bot.chat.formatting import bar
from bot.texts import Catalogue
from storage.jobs.jobs import WAITING, Job, JobState


@dataclass(frozen=True, slots=True)
class QueueView:
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


_BAR_CELLS = 10
_BAR_STEPS = 5


@dataclass(frozen=True, slots=True)
class PartsProgress:
    """A whole at one look. `elapsed_seconds`: for how long its part in hand has been rendered."""

    whole: Job
    open_parts: Sequence[Job]
    place: int
    elapsed_seconds: float
    experience: ServiceTimes

    @classmethod
    def of(
        cls, whole: Job, line: QueueView, experience: ServiceTimes, elapsed: Callable[[Job], float]
    ) -> PartsProgress:
        """The whole as the line shows it."""
        parts = line.parts.get(whole.id, [])
        running = [part for part in parts if part.state == JobState.RUNNING]
        seconds = elapsed(running[0]) if running else 0.0
        return cls(whole, parts, line.place(whole), seconds, experience)

    @property
    def in_hand(self) -> Job | None:
        """The first part that is being made; else the first that waits."""
        made = [part for part in self.open_parts if part.state not in WAITING]
        return next(iter([*made, *self.open_parts]), None)

    @property
    def has_begun(self) -> bool:
        """Whether something of it was handed over."""
        waiting = [part for part in self.open_parts if part.state in WAITING]
        return len(waiting) < (self.whole.parts or 0)

    @property
    def is_waiting(self) -> bool:
        """Whether nothing of it is being made just now."""
        part = self.in_hand
        return part is not None and part.state in WAITING

    def change_key(self) -> tuple[str, int, int]:
        """What is worth an edit: another part, another place, a step of the bar."""
        number = self.in_hand.part if self.in_hand else 0
        failing = "failing" if self.whole.failure else ""
        step = self.place if self.is_waiting else int(self._share() * _BAR_STEPS)
        preparing = all(part.state == JobState.PREPARING for part in self.open_parts)
        change_key = f"part:{number}:{self.is_waiting}:{preparing}:{failing}"
        return change_key, self.whole.cancel_requested, step

    def text(self, texts: Catalogue, say_left: Callable[..., str]) -> str:
        """Of one that has begun."""
        if self.whole.failure is not None:
            return texts.html("job-parts-ending")
        if self.whole.cancel_requested:
            return texts.html("job-parts-stopping")
        part = self.in_hand
        values: dict[str, str | int | float] = {
            "seconds": self.whole.held_milliseconds / 1000,
            "part": (part.part if part else None) or self.whole.parts or 0,
            "parts": self.whole.parts or 0,
            "bar": bar(self._share(), _BAR_CELLS),
        }
        if self.is_waiting:
            return texts.html("job-part-waiting", place=self.place, **values)
        left = say_left(self.elapsed_seconds, self._span(self._missing_milliseconds()), texts)
        return texts.html("job-part", estimate=left, **values)

    def _missing_milliseconds(self) -> int:
        fetching = JobState.FETCHING
        return sum(part.held_milliseconds for part in self.open_parts if part.state != fetching)

    def _span(self, milliseconds: int) -> tuple[float, float] | None:
        return self.experience.range_seconds(milliseconds)

    def _share(self) -> float:
        """How much of it is made, as far as one can tell."""
        total, missing = self.whole.held_milliseconds, self._missing_milliseconds()
        part, span = self.in_hand, self._span(missing)
        share = 1 - missing / total
        if part is not None and part.state == JobState.RUNNING:
            low, high = span or (300.0, 600.0)
            done = min(0.95, self.elapsed_seconds / max(1.0, (low + high) / 2))
            share += done * missing / total
        return share
