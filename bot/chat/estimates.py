"""Estimates: how long tasks take, learnt from those that ended, and when one is looked at next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.common import Component
from storage.jobs import tasks

_LEARN_FROM_NEWEST = 50
LEARN_FROM = 5
"""Fewer tasks than this teach nothing: then the documented ranges are said."""
_HERE_RATIOS = (0.2, 2.0)
"""What this machine takes for a second of video, until that is learnt: quick, and busy."""


@dataclass(frozen=True, slots=True)
class ServiceTimes:
    """Seconds of service per second of video, of the newest tasks, in ascending order.

    `is_here`: this machine makes the video, which tells how long that takes from the beginning.
    """

    ratios: Sequence[float]
    is_here: bool = False

    @property
    def is_enough(self) -> bool:
        """Whether something was learnt."""
        return len(self.ratios) >= LEARN_FROM

    def quantile(self, share: float) -> float:
        """The ratio that this share of the tasks stayed under."""
        return self.ratios[min(len(self.ratios) - 1, int(share * len(self.ratios)))]

    def range_seconds(self, video_milliseconds: int) -> tuple[float, float] | None:
        """How long so much video takes, from lucky to unlucky; None when that is not known."""
        if not self.is_enough and not self.is_here:
            return None
        learnt = (self.quantile(0.1), self.quantile(0.9)) if self.is_enough else _HERE_RATIOS
        low, high = (ratio * video_milliseconds / 1000 for ratio in learnt)
        return low, high


class Experience(Component):
    """What was learnt of each engine's service, kept until another of its tasks has ended."""

    _times: dict[str, ServiceTimes] = field(init=False, default_factory=dict)

    async def of(self, engine: str) -> ServiceTimes:
        """Of the newest tasks that ended."""
        if engine not in self._times:
            ratios = await tasks.durations(self.database, engine, _LEARN_FROM_NEWEST)
            is_here = self.limits.is_made_here(engine)
            self._times[engine] = ServiceTimes(sorted(ratios), is_here)
        return self._times[engine]

    def learn(self, engine: str) -> None:
        """One more has ended."""
        self._times.pop(engine, None)


@dataclass(frozen=True, slots=True)
class PollSchedule:
    """When to look at a task: sleep until one may be done, then often.

    A look costs a request; a slot that idles costs capacity. Few tasks end before the 2% quantile.
    `interval_seconds`: that between two looks, where the operator set one.
    """

    experience: ServiceTimes
    interval_seconds: float | None = None

    def first_seconds(self, video_milliseconds: int) -> float:
        """From the submission to the first look."""
        if not self.experience.is_enough:
            return _UNLEARNT_SECONDS if self.interval_seconds is None else self.interval_seconds
        usual = self.experience.quantile(0.02) * video_milliseconds / 1000
        least = _OFTEN_SECONDS if self.interval_seconds is None else self.interval_seconds
        return max(least, usual)

    def next_seconds(self, video_milliseconds: int, elapsed_seconds: float) -> float:
        """From one look to the next."""
        if self.interval_seconds is not None:
            return self.interval_seconds
        if not self.experience.is_enough:
            return _UNLEARNT_SECONDS
        usual = self.experience.quantile(0.9) * video_milliseconds / 1000
        late = elapsed_seconds - 2 * usual
        return min(_RARELY_SECONDS, max(_OFTEN_SECONDS, late / 20))


_UNLEARNT_SECONDS = 15.0  # DashScope docs: recommended interval
_OFTEN_SECONDS = 5.0
_RARELY_SECONDS = 60.0
