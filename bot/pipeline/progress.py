"""Progress: what each open job's status message says, shown when it changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot.clock import Clock
from bot.pipeline.conversation import Conversation
from bot.pipeline.estimates import Experience
from bot.pipeline.moments import bar
from bot.pipeline.stops import Stops
from bot.telegram.keyboard import Keyboard
from bot.texts import Catalogue
from storage import jobs
from storage.database import Database
from storage.jobs import FINAL, WAITING, Job, JobState

_LEARN_FROM_NEWEST = 50
_BAR_CELLS = 10
_ALMOST = 0.95
_NEAR = 5
"""From this place on every step forward is shown; further back only every so many."""

HELD_BACK = (*WAITING, JobState.SUBMITTING)
"""What waits while the provider refuses to serve; a trial now and then does not change that."""


class Progress:
    """Derives the texts from the database; nothing is remembered but what was shown last."""

    def __init__(
        self,
        database: Database,
        conversation: Conversation,
        engine_name: str,
        slots: int,
        stops: Stops,
        clock: Clock,
    ) -> None:
        self._database = database
        self._conversation = conversation
        self._engine_name = engine_name
        self._slots = slots
        self._stops = stops
        self._clock = clock
        self._shown: dict[int, tuple[str, int, int]] = {}
        self._held_back: tuple[JobState, ...] = ()

    async def show(self) -> None:
        """Bring every open job's status message up to date."""
        open_jobs = await jobs.open_jobs(self._database)
        self._held_back = HELD_BACK if await self._stops.is_stopped() else ()
        experience = await self._experience() if open_jobs else Experience(())
        shown = {job.id: self._gist(job, open_jobs, experience) for job in open_jobs}
        for job in open_jobs:
            if self._shown.get(job.id) != shown[job.id]:
                texts = await self._conversation.texts_for(job.user_id)
                text = self._text(job, open_jobs, experience, texts)
                current = await jobs.get(self._database, job.id)
                # The last word on a job that ended meanwhile must not be written over.
                if current is not None and current.state not in FINAL:
                    self._conversation.progress(job, text, _keyboard(job, texts))
        self._shown = shown

    async def lines(self, mine: Sequence[Job], texts: Catalogue) -> list[str]:
        """The same sentences for a list, as /status shows it."""
        open_jobs = await jobs.open_jobs(self._database)
        self._held_back = HELD_BACK if await self._stops.is_stopped() else ()
        experience = await self._experience()
        return [self._text(job, open_jobs, experience, texts) for job in mine]

    async def _experience(self) -> Experience:
        return Experience(
            await jobs.durations(self._database, self._engine_name, _LEARN_FROM_NEWEST)
        )

    def _gist(
        self, job: Job, open_jobs: Sequence[Job], experience: Experience
    ) -> tuple[str, int, int]:
        """What is worth an edit: a new state, a step of the bar, a place that counts."""
        step = 0
        if job.state in self._held_back:
            return "stopped", job.cancel_requested, step
        if job.state == JobState.READY:
            place = _place(job, open_jobs)
            step = place if place <= _NEAR else -(-place // _NEAR) * _NEAR
        elif job.state == JobState.RUNNING:
            span = experience.range_seconds(job.held_milliseconds)
            step = int(_share(self._elapsed_seconds(job), span) * _BAR_CELLS)
        return job.state, job.cancel_requested, step

    def _elapsed_seconds(self, job: Job) -> float:
        now = self._clock.now_milliseconds()
        return (now - (job.running_since_milliseconds or now)) / 1000

    def _text(
        self, job: Job, open_jobs: Sequence[Job], experience: Experience, texts: Catalogue
    ) -> str:
        seconds = job.held_milliseconds / 1000
        match job.state:
            case _ if job.state in self._held_back:
                return texts.html("job-held-back")
            case JobState.PREPARING:
                return texts.html("job-preparing", seconds=seconds)
            case JobState.READY:
                return self._waiting_text(job, open_jobs, experience, texts)
            case JobState.SUBMITTING:
                return texts.html("job-submitting")
            case JobState.RUNNING if job.cancel_requested == 1:
                return texts.html("job-stopping")
            case JobState.RUNNING:
                return self._rendering_text(job, experience, texts)
            case JobState.FETCHING:
                return texts.html("job-fetching")
            case _:
                return texts.html("job-delivering")

    def _waiting_text(
        self, job: Job, open_jobs: Sequence[Job], experience: Experience, texts: Catalogue
    ) -> str:
        place = _place(job, open_jobs)
        waiting = [other for other in open_jobs if other.state in WAITING]
        ahead = sum(other.held_milliseconds for other in waiting[: place - 1])
        ahead += sum(
            other.held_milliseconds for other in open_jobs if other.state == JobState.RUNNING
        )
        span = experience.range_seconds(ahead // self._slots + job.held_milliseconds)
        estimate = _say_range(span, texts)
        if place == 1:
            return texts.html("job-next", estimate=estimate)
        return texts.html("job-waiting", place=place, estimate=estimate)

    def _rendering_text(self, job: Job, experience: Experience, texts: Catalogue) -> str:
        span = experience.range_seconds(job.held_milliseconds)
        elapsed = self._elapsed_seconds(job)
        key = "job-unstoppable" if job.cancel_requested else "job-rendering"
        return texts.html(
            key,
            seconds=job.held_milliseconds / 1000,
            bar=bar(_share(elapsed, span), _BAR_CELLS),
            estimate=_say_left(elapsed, span, texts),
        )


def _place(job: Job, open_jobs: Sequence[Job]) -> int:
    return [other.id for other in open_jobs if other.state in WAITING].index(job.id) + 1


def _keyboard(job: Job, texts: Catalogue) -> Keyboard | None:
    stoppable = (*WAITING, JobState.SUBMITTING, JobState.RUNNING)
    if job.state not in stoppable or job.cancel_requested:
        return None
    return Keyboard.of([(texts.plain("button-cancel"), f"cancel:{job.id}")])


_UNLEARNT_SECONDS = (300.0, 600.0)


def _share(elapsed_seconds: float, span: tuple[float, float] | None) -> float:
    low, high = span or _UNLEARNT_SECONDS
    return min(_ALMOST, elapsed_seconds / max(1.0, (low + high) / 2))


def _say_left(elapsed_seconds: float, span: tuple[float, float] | None, texts: Catalogue) -> str:
    if span is None:
        late = elapsed_seconds > _UNLEARNT_SECONDS[1]
        return texts.plain("estimate-late" if late else "estimate-unknown")
    low, high = span
    if elapsed_seconds > 2 * high:
        return texts.plain("estimate-late")
    if elapsed_seconds > high:
        return texts.plain("estimate-soon")
    return _say_range((max(0.0, low - elapsed_seconds), high - elapsed_seconds), texts)


def _say_range(span: tuple[float, float] | None, texts: Catalogue) -> str:
    """Rounded so coarsely that it changes seldom: every change is an edit of a message."""
    if span is None:
        return texts.plain("estimate-unknown")
    low, high = span
    if high < 90:
        step = 10
        return texts.plain(
            "estimate-seconds",
            low=max(step, math.floor(low / step) * step),
            high=max(2 * step, math.ceil(high / step) * step),
        )
    return texts.plain(
        "estimate-minutes",
        low=max(1, math.floor(low / 60)),
        high=max(2, math.ceil(high / 60)),
    )
