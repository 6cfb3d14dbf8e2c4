"""What is said of a job that is made in parts: which one, and how far all of it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.pipeline.estimates import Experience
from bot.pipeline.line import Line
from bot.pipeline.moments import bar
from bot.texts import Catalogue
from storage.jobs import WAITING, Job, JobState

_BAR_CELLS = 10
_BAR_STEPS = 5


@dataclass(frozen=True, slots=True)
class WholeSight:
    """A whole at one look. `elapsed_seconds`: for how long its part in hand has been rendered."""

    whole: Job
    open_parts: Sequence[Job]
    place: int
    elapsed_seconds: float
    experience: Experience

    @classmethod
    def of(
        cls, whole: Job, line: Line, experience: Experience, elapsed: Callable[[Job], float]
    ) -> WholeSight:
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

    def gist(self) -> tuple[str, int, int]:
        """What is worth an edit: another part, another place, a step of the bar."""
        number = self.in_hand.part if self.in_hand else 0
        ending = "failing" if self.whole.failure else ""
        step = self.place if self.is_waiting else int(self._share() * _BAR_STEPS)
        preparing = all(part.state == JobState.PREPARING for part in self.open_parts)
        gist = f"part:{number}:{self.is_waiting}:{preparing}:{ending}"
        return gist, self.whole.cancel_requested, step

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
