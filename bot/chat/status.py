"""The status message of each open job: sent first, and shown anew when what it says changes."""

from __future__ import annotations

import logging
import math
from collections.abc import Hashable, Sequence
from dataclasses import field
from functools import partial

from bot.chat.estimates import ServiceTimes
from bot.chat.formatting import bar
from bot.chat.messenger import Messenger
from bot.chat.owners import on_status
from bot.chat.queue_view import JobView, QueueView
from bot.common import Component
from bot.engines.outages import Outages
from bot.retry import STATUS_UNSAID
from bot.task_pool import Work
from bot.telegram.errors import NotSent, TelegramFailure
from bot.telegram.keyboards import Keyboard
from bot.texts import Catalogue
from storage.jobs import jobs, tasks
from storage.jobs.jobs import FINAL, Job, JobState
from storage.jobs.tasks import WAITING, Task, TaskState
from storage.people.preferences import quiet_jobs

_LEARN_FROM_NEWEST = 50
_BAR_CELLS = 10
_BAR_STEPS = 4
"""How often the bar moves: every edit moves the chat, and a message has few of them."""

_ALMOST = 0.95
_NEAR = 3
_FAR_STEP = 5
"""From that place on every step forward is shown; further back only every so many."""

HELD_BACK = (*WAITING, TaskState.SUBMITTING)
"""What waits while the provider refuses to serve; a probe now and then does not change that."""


class Progress(Component):
    """Derives the texts from the database; nothing is remembered but what was shown last."""

    messenger: Messenger
    slots: int
    outages: Outages
    _shown: dict[int, tuple[object, ...]] = field(init=False, default_factory=dict)
    _stopped: frozenset[str] = field(init=False, default_factory=frozenset)
    _quiet: frozenset[int] = field(init=False, default_factory=frozenset)
    _experiences: dict[str, ServiceTimes] = field(init=False, default_factory=dict)

    async def show(self) -> None:
        """Bring every open job's status message up to date."""
        views = await self._views(await jobs.open_jobs(self.database))
        self._quiet = await quiet_jobs(self.database) if views else frozenset()
        shown = {view.job.id: self._change_key(view) for view in views}
        for view in views:
            job = view.job
            if self._shown.get(job.id) != shown[job.id]:
                texts = await self.messenger.texts_for(job.user_id, job.chat_id)
                said = await self._said(view, texts)
                current = await jobs.get(self.database, job.id)
                # The last word on a job that ended meanwhile must not be written over.
                if current is not None and current.state not in FINAL:
                    self.messenger.progress(job, *said)
        self._shown = shown

    async def status(self, job: Job) -> tuple[str, Keyboard | None]:
        """What a job's first status message is to say now."""
        self._quiet = await quiet_jobs(self.database)
        (view,) = await self._views([job])
        return await self._said(view, await self.messenger.texts_for(job.user_id, job.chat_id))

    def show_anew(self, job_id: int) -> None:
        """Its status message is new: what it says may be old."""
        self._shown.pop(job_id, None)

    async def lines(self, mine: Sequence[Job], texts: Catalogue) -> list[str]:
        """The same sentences for a list, as /status shows it."""
        return [self._text(self._key(view), view, texts) for view in await self._views(mine)]

    async def _views(self, shown: Sequence[Job]) -> list[JobView]:
        """These jobs at one look, and what is known of their engines."""
        line = QueueView.of(await tasks.of_open_jobs(self.database) if shown else [])
        engines = {job.engine for job in shown}
        stopped = [name for name in engines if await self.outages.of(name).is_stopped()]
        self._stopped = frozenset(stopped)
        for engine in engines:
            ratios = await tasks.durations(self.database, engine, _LEARN_FROM_NEWEST)
            self._experiences[engine] = ServiceTimes(ratios)
        return [line.view(job) for job in shown]

    async def _said(self, view: JobView, texts: Catalogue) -> tuple[str, Keyboard | None]:
        text = self._text(self._shown_key(view), view, texts)
        return await on_status(self.database, view.job, text, _keyboard(view, texts), texts)

    def _change_key(self, view: JobView) -> tuple[object, ...]:
        """What is worth an edit: another text or task, a step of the bar, a place that counts.

        Of a text that does not follow the job, only the buttons.
        """
        key = self._shown_key(view)
        task = view.in_hand
        if key in ("job-held-back", "job-quiet") or task is None:
            return key, view.may_be_stopped
        if view.is_waiting:
            place = view.place
            step = place if place <= _NEAR else -(-place // _FAR_STEP) * _FAR_STEP
        else:
            step = int(self._share(view) * _BAR_STEPS)
        return key, view.may_be_stopped, task.number, step

    def _shown_key(self, view: JobView) -> str:
        """The text of its status message, which for a quiet job does not follow it."""
        told = self._is_held_back(view) or view.job.cancel_requested
        return "job-quiet" if view.job.id in self._quiet and not told else self._key(view)

    def _is_held_back(self, view: JobView) -> bool:
        left = view.open_tasks
        waits = bool(left) and all(task.state in HELD_BACK for task in left)
        return waits and view.job.engine in self._stopped

    def _key(self, view: JobView) -> str:
        task = view.in_hand
        if self._is_held_back(view):
            return "job-held-back"
        if task is None:
            return "job-joining" if view.job.state == JobState.JOINING else "job-delivering"
        if not view.has_begun:
            return _key_of_waiting(view)
        return _key_of_several(view) if view.has_several else _key_of_one(task)

    def _text(self, key: str, view: JobView, texts: Catalogue) -> str:
        return texts.html(
            key,
            seconds=view.job.held_milliseconds / 1000,
            part=view.in_hand.number if view.in_hand else 0,
            parts=len(view.tasks),
            place=view.place,
            bar=bar(self._share(view), _BAR_CELLS),
            estimate=self._estimate(view, texts),
        )

    def _estimate(self, view: JobView, texts: Catalogue) -> str:
        experience = self._experiences[view.job.engine]
        if view.is_waiting:
            ahead = view.ahead_milliseconds // self.slots
            return _say_range(experience.range_seconds(ahead + view.job.held_milliseconds), texts)
        span = experience.range_seconds(view.missing_milliseconds)
        return _say_left(self._elapsed_seconds(view), span, texts)

    def _share(self, view: JobView) -> float:
        span = self._experiences[view.job.engine].range_seconds(view.missing_milliseconds)
        return view.share(_share(self._elapsed_seconds(view), span))

    def _elapsed_seconds(self, view: JobView) -> float:
        """For how long the task in hand has been rendered."""
        task = view.in_hand
        if task is None or task.running_since_milliseconds is None:
            return 0.0
        return (self.clock.now_milliseconds() - task.running_since_milliseconds) / 1000


def _key_of_waiting(view: JobView) -> str:
    if all(task.state == TaskState.PREPARING for task in view.tasks):
        return "job-preparing"
    return "job-next" if view.place == 1 else "job-waiting"


def _key_of_several(view: JobView) -> str:
    if view.job.failure is not None:
        return "job-parts-ending"
    if view.job.cancel_requested:
        return "job-parts-stopping"
    return "job-part-waiting" if view.is_waiting else "job-part"


def _key_of_one(task: Task) -> str:
    match task.state:
        case TaskState.SUBMITTING:
            return "job-submitting"
        case TaskState.RUNNING if task.cancel_requested == 1:
            return "job-stopping"
        case TaskState.RUNNING:
            return "job-unstoppable" if task.cancel_requested else "job-rendering"
        case _:
            return "job-fetching"


def _keyboard(view: JobView, texts: Catalogue) -> Keyboard | None:
    if not view.may_be_stopped:
        return None
    return Keyboard.of([(texts.plain("button-cancel"), f"cancel:{view.job.id}")])


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


class FirstStatus(Component):
    """Says each one once; what may have been said is not said again by this process."""

    messenger: Messenger
    progress: Progress
    _said: set[int] = field(init=False, default_factory=set)
    _not_before_seconds: dict[int, float] = field(init=False, default_factory=dict)

    async def due(self) -> dict[Hashable, Work]:
        """The jobs that show nothing yet."""
        line = QueueView.of(await tasks.of_open_jobs(self.database))
        views = [line.view(job) for job in await jobs.open_jobs(self.database)]
        lacking = {view.job.id for view in views if _lacks_status(view.job) and view.takes_long}
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
    """What is about to be delivered needs no status any more."""
    return job.status_message_id is None and job.state not in (*FINAL, JobState.DELIVERING)
