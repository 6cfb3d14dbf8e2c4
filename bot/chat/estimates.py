"""Estimates: how long tasks take, learnt from those that ended, and when one is looked at next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.common import Component
from storage.jobs import tasks

_LEARN_FROM_NEWEST = 50
LEARN_FROM = 5
"""Fewer tasks than this teach nothing: then the documented ranges are said."""


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Seconds of service per second of video, of the newest tasks, in ascending order."""

    ratios: Sequence[float]

    @property
    def is_enough(self) -> bool:
        """Whether something was learnt."""
        return len(self.ratios) >= LEARN_FROM

    def quantile(self, share: float) -> float:
        """The ratio that this share of the tasks stayed under."""
        return self.ratios[min(len(self.ratios) - 1, int(share * len(self.ratios)))]

    def range_seconds(self, video_milliseconds: int) -> tuple[float, float] | None:
        """How long so much video takes, from lucky to unlucky; None when nothing was learnt."""
        if not self.is_enough:
            return None
        seconds = video_milliseconds / 1000
        return self.quantile(0.1) * seconds, self.quantile(0.9) * seconds


class Experience(Component):
    """What was learnt of each engine's service, kept until another of its tasks has ended."""

    _times: dict[str, ServiceTimes] = field(init=False, default_factory=dict)

    async def of(self, engine: str) -> ServiceTimes:
        """Of the newest tasks that ended."""
        if engine not in self._times:
            ratios = await tasks.durations(self.database, engine, _LEARN_FROM_NEWEST)
            self._times[engine] = ServiceTimes(sorted(ratios))
        return self._times[engine]

    def learn(self, engine: str) -> None:
        """One more has ended."""
        self._times.pop(engine, None)


@dataclass(frozen=True, slots=True)
class PollSchedule:
    """When to look at a task: a fixed interval, or sleep until a task may be done, then often.

    A look costs a request; a slot that idles costs capacity. Few tasks end before the 2% quantile.
    """

    experience: ServiceTimes
    fixed_seconds: float | None = None

    def first_seconds(self, video_milliseconds: int) -> float:
        """From the submission to the first look."""
        if self.fixed_seconds is not None:
            return self.fixed_seconds
        if not self.experience.is_enough:
            return _UNLEARNT_SECONDS
        return max(_OFTEN_SECONDS, self.experience.quantile(0.02) * video_milliseconds / 1000)

    def next_seconds(self, video_milliseconds: int, elapsed_seconds: float) -> float:
        """From one look to the next."""
        if self.fixed_seconds is not None:
            return self.fixed_seconds
        if not self.experience.is_enough:
            return _UNLEARNT_SECONDS
        usual = self.experience.quantile(0.9) * video_milliseconds / 1000
        late = elapsed_seconds - 2 * usual
        return min(_RARELY_SECONDS, max(_OFTEN_SECONDS, late / 20))


_UNLEARNT_SECONDS = 15.0  # DashScope docs: recommended interval
_OFTEN_SECONDS = 5.0
_RARELY_SECONDS = 60.0
