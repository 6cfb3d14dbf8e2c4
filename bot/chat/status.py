"""The status message of each open job: sent first, and shown anew when what it says changes."""

from __future__ import annotations

import logging
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.chat.estimates import ServiceTimes
from bot.chat.formatting import bar
from bot.chat.messenger import Messenger
from bot.chat.owners import on_status
from bot.chat.queue_view import PartsProgress, QueueView
from bot.common import CommonServices, Component
from bot.engines.outages import Outages
from bot.retry import STATUS_UNSAID
from bot.task_pool import Work
from bot.telegram.errors import NotSent, TelegramFailure
from bot.telegram.keyboards import Keyboard
from bot.texts import Catalogue
from storage.jobs import jobs
from storage.jobs.jobs import FINAL, WAITING, Job, JobState
from storage.people.preferences import quiet_jobs

_LEARN_FROM_NEWEST = 50
_BAR_CELLS = 10
_BAR_STEPS = 4
"""How often the bar moves: every edit moves the chat, and a message has few of them."""

_ALMOST = 0.95
_NEAR = 3
_FAR_STEP = 5
"""From that place on every step forward is shown; further back only every so many."""

HELD_BACK = (*WAITING, JobState.SUBMITTING)
"""What waits while the provider refuses to serve; a probe now and then does not change that."""


@dataclass(kw_only=True)
class Progress(Component):
    """Derives the texts from the database; nothing is remembered but what was shown last."""

    common: CommonServices
    messenger: Messenger
    slots: int
    outages: Outages
    _shown: dict[int, tuple[str, int, int]] = field(init=False, default_factory=dict)
    _stopped: frozenset[str] = field(init=False, default_factory=frozenset)
    _quiet: frozenset[int] = field(init=False, default_factory=frozenset)

    async def show(self) -> None:
        """Bring every open job's status message up to date."""
        open_jobs = await jobs.open_jobs(self.database)
        self._quiet = await quiet_jobs(self.database) if open_jobs else frozenset()
        engines = {job.engine for job in open_jobs}
        await self._look_at_stops(engines)
        experiences = {engine: await self._experience(engine) for engine in engines}
        line = QueueView.of(open_jobs)
        mine = [job for job in open_jobs if job.whole_id is None]
        shown = {job.id: self._change_key(job, line, experiences[job.engine]) for job in mine}
        for job in mine:
            if self._shown.get(job.id) != shown[job.id]:
                texts = await self.messenger.texts_for(job.user_id, job.chat_id)
                text = self._shown_text(job, line, experiences[job.engine], texts)
                current = await jobs.get(self.database, job.id)
                # The last word on a job that ended meanwhile must not be written over.
                if current is not None and current.state not in FINAL:
                    keyboard = _keyboard(job, texts)
                    said = await on_status(self.database, job, text, keyboard, texts)
                    self.messenger.progress(job, *said)
        self._shown = shown

    async def status(self, job: Job) -> tuple[str, Keyboard | None]:
        """What a job's first status message is to say now."""
        self._quiet = await quiet_jobs(self.database)
        texts = await self.messenger.texts_for(job.user_id, job.chat_id)
        line = QueueView.of(await jobs.open_jobs(self.database))
        text = self._shown_text(job, line, await self._experience(job.engine), texts)
        return await on_status(self.database, job, text, _keyboard(job, texts), texts)

    def show_anew(self, job_id: int) -> None:
        """Its status message is new: what it says may be old."""
        self._shown.pop(job_id, None)

    async def lines(self, mine: Sequence[Job], texts: Catalogue) -> list[str]:
        """The same sentences for a list, as /status shows it."""
        line = QueueView.of(await jobs.open_jobs(self.database))
        await self._look_at_stops({job.engine for job in mine})
        return [self._text(job, line, await self._experience(job.engine), texts) for job in mine]

    async def _look_at_stops(self, engines: set[str]) -> None:
        stopped = [name for name in engines if await self.outages.of(name).is_stopped()]
        self._stopped = frozenset(stopped)

    async def _experience(self, engine: str) -> ServiceTimes:
        return ServiceTimes(await jobs.durations(self.database, engine, _LEARN_FROM_NEWEST))

    def _change_key(
        self, job: Job, line: QueueView, experience: ServiceTimes
    ) -> tuple[str, int, int]:
        """What is worth an edit: a new state, a step of the bar, a place that counts."""
        step = 0
        if self._is_held_back(job, line):
            return "stopped", job.cancel_requested, step
        if job.id in self._quiet:
            return "quiet", job.cancel_requested, step
        if job.state == JobState.IN_PARTS:
            return self._progress(job, line, experience).change_key()
        if job.state == JobState.READY:
            place = line.place(job)
            step = place if place <= _NEAR else -(-place // _FAR_STEP) * _FAR_STEP
        elif job.state == JobState.RUNNING:
            span = experience.range_seconds(job.held_milliseconds)
            step = int(_share(self._elapsed_seconds(job), span) * _BAR_STEPS)
        return job.state, job.cancel_requested, step

    def _is_held_back(self, job: Job, line: QueueView) -> bool:
        states = [part.state for part in line.parts.get(job.id, [])] or [job.state]
        return job.engine in self._stopped and all(state in HELD_BACK for state in states)

    def _progress(self, whole: Job, line: QueueView, experience: ServiceTimes) -> PartsProgress:
        return PartsProgress.of(whole, line, experience, self._elapsed_seconds)

    def _whole_text(
        self, whole: Job, line: QueueView, experience: ServiceTimes, texts: Catalogue
    ) -> str:
        progress = self._progress(whole, line, experience)
        if progress.has_begun or whole.cancel_requested or whole.failure is not None:
            return progress.text(texts, _say_left)
        if all(part.state == JobState.PREPARING for part in progress.open_parts):
            return texts.html("job-preparing", seconds=whole.held_milliseconds / 1000)
        return self._waiting_text(whole, line, experience, texts)

    def _elapsed_seconds(self, job: Job) -> float:
        now = self.clock.now_milliseconds()
        return (now - (job.running_since_milliseconds or now)) / 1000

    def _shown_text(
        self, job: Job, line: QueueView, experience: ServiceTimes, texts: Catalogue
    ) -> str:
        """The text of its status message, which for a quiet job does not follow it."""
        told = self._is_held_back(job, line) or job.cancel_requested
        if job.id in self._quiet and not told:
            return texts.html("job-quiet", seconds=job.held_milliseconds / 1000)
        return self._text(job, line, experience, texts)

    def _text(self, job: Job, line: QueueView, experience: ServiceTimes, texts: Catalogue) -> str:
        seconds = job.held_milliseconds / 1000
        match job.state:
            case _ if self._is_held_back(job, line):
                return texts.html("job-held-back")
            case JobState.IN_PARTS:
                return self._whole_text(job, line, experience, texts)
            case JobState.JOINING:
                return texts.html("job-joining", parts=job.parts or 0)
            case JobState.PREPARING:
                return texts.html("job-preparing", seconds=seconds)
            case JobState.READY:
                return self._waiting_text(job, line, experience, texts)
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
        self, job: Job, line: QueueView, experience: ServiceTimes, texts: Catalogue
    ) -> str:
        place, ahead = line.place(job), line.ahead_milliseconds(job)
        span = experience.range_seconds(ahead // self.slots + job.held_milliseconds)
        estimate = _say_range(span, texts)
        if place == 1:
            return texts.html("job-next", estimate=estimate)
        return texts.html("job-waiting", place=place, estimate=estimate)

    def _rendering_text(self, job: Job, experience: ServiceTimes, texts: Catalogue) -> str:
        span = experience.range_seconds(job.held_milliseconds)
        elapsed = self._elapsed_seconds(job)
        key = "job-unstoppable" if job.cancel_requested else "job-rendering"
        return texts.html(
            key,
            seconds=job.held_milliseconds / 1000,
            bar=bar(_share(elapsed, span), _BAR_CELLS),
            estimate=_say_left(elapsed, span, texts),
        )


def _keyboard(job: Job, texts: Catalogue) -> Keyboard | None:
    stoppable = (*WAITING, JobState.SUBMITTING, JobState.RUNNING, JobState.IN_PARTS)
    if job.state not in stoppable or job.cancel_requested or job.failure is not None:
        return None
    return Keyboard.of([(texts.plain("button-cancel"), f"cancel:{job.id}")])


_UNLEARNT_LOW_SECONDS, _UNLEARNT_HIGH_SECONDS = 300.0, 600.0


def _share(elapsed_seconds: float, span: tuple[float, float] | None) -> float:
    low, high = span or (_UNLEARNT_LOW_SECONDS, _UNLEARNT_HIGH_SECONDS)
    return min(_ALMOST, elapsed_seconds / max(1.0, (low + high) / 2))


def _say_left(elapsed_seconds: float, span: tuple[float, float] | None, texts: Catalogue) -> str:
    if span is None:
        late = elapsed_seconds > _UNLEARNT_HIGH_SECONDS
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
        "estimate-minutes", low=max(1, math.floor(low / 60)), high=max(2, math.ceil(high / 60))
    )


logger = logging.getLogger(__name__)

_SOON_OVER = (JobState.FETCHING, JobState.DELIVERING)


@dataclass(kw_only=True)
class FirstStatus(Component):
    """Says each one once; what may have been said is not said again by this process."""

    common: CommonServices
    messenger: Messenger
    progress: Progress
    _said: set[int] = field(init=False, default_factory=set)
    _not_before_seconds: dict[int, float] = field(init=False, default_factory=dict)

    async def due(self) -> dict[Hashable, Work]:
        """The jobs that show nothing yet."""
        lacking = {job.id for job in await jobs.open_jobs(self.database) if _lacks_status(job)}
        self._said &= lacking
        now = self.clock.steady_seconds()
        self._not_before_seconds = {
            number: at for number, at in self._not_before_seconds.items() if at > now
        }
        due = lacking - self._said - self._not_before_seconds.keys()
        return {("status", number): partial(self._say, number) for number in due}

    async def _say(self, job_id: int) -> None:
        job = await jobs.get(self.database, job_id)
        if job is None or not _lacks_status(job):
            return
        text, keyboard = await self.progress.status(job)
        try:
            await self.messenger.first_status(job, text, keyboard)
        except NotSent as failure:
            later = self.clock.steady_seconds() + STATUS_UNSAID.endless_delay_seconds(1)
            self._not_before_seconds[job_id] = later
            logger.info("the status of job %s has to wait: %s", job_id, failure)
        except TelegramFailure as failure:
            self._said.add(job_id)
            logger.warning("job %s shows no status: %s", job_id, failure)
        else:
            self.progress.show_anew(job_id)


def _lacks_status(job: Job) -> bool:
    """A part shows nothing; what is about to be delivered needs no status any more."""
    return (
        job.status_message_id is None
        and job.whole_id is None
        and job.state not in (*FINAL, *_SOON_OVER)
    )
