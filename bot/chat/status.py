"""The status message of each open job: sent first, and shown anew when what it says changes.

What is being made, what is near the front and what is new is looked at every time, the rest of the
line a few at a time, in turn: as many as Telegram takes edits of.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field
from functools import partial
from itertools import chain, islice

from bot.chat.estimates import Experience, ServiceTimes
from bot.chat.formatting import bar
from bot.chat.messenger import Messenger
from bot.chat.owners import on_status
from bot.chat.queue_view import JobView, views
from bot.common import Component, Part
from bot.engines.outages import Outages
from bot.engines.registry import Engines
from bot.logs import SELDOM
from bot.retry import STATUS_REFUSED, STATUS_UNSAID
from bot.task_pool import Work
from bot.telegram.errors import NotSent, TelegramFailure
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.texts import Catalogue
from storage import due
from storage.jobs import jobs, line
from storage.jobs.jobs import FINAL, Job, JobState
from storage.jobs.line import START, Place
from storage.jobs.tasks import WAITING, Task, TaskState
from storage.people.preferences import quiet_jobs

logger = logging.getLogger(__name__)

_MADE = "what is being made"
_UNSHOWN_AT_ONCE = 32
_BAR_CELLS = 10
_BAR_STEPS = 4
"""How often the bar moves: every edit moves the chat, and a message has few of them."""

_ALMOST = 0.95
_NEAR = 3
_FAR_STEP = 5
"""From that place on every step forward is shown; further back only every so many."""

_MADE_AT_ONCE = 100
_FRONT = 6
_FAR_AT_ONCE = 20
"""A second: Telegram takes no more edits, and when the provider stops serving all are to change."""
_COUNT_EVERY = 30
"""So many stretches are counted on from one another; then who is before them is counted anew."""
_NEW_AT_ONCE = 8
"""Each of them is counted to from the front of the line."""

HELD_BACK = (*WAITING, TaskState.SUBMITTING)
"""What waits while the provider refuses to serve; a probe now and then does not change that."""


class Progress(Component):
    """Derives the texts from the database. What was shown last is remembered, for as long as one
    look at everything and the next one take.
    """

    messenger = Part(Messenger)
    engines = Part(Engines)
    outages = Part(Outages)
    experience = Part(Experience)
    _shown: dict[int, int] = field(init=False, default_factory=dict)
    _shown_before: dict[int, int] = field(init=False, default_factory=dict)
    _newest: int | None = field(init=False, default=None)
    _new: dict[int, None] = field(init=False, default_factory=dict)
    _made_after: int = field(init=False, default=0)
    _far: dict[str, Place] = field(init=False, default_factory=dict)
    _far_looks: int = field(init=False, default=0)
    _to_come: set[str] = field(init=False, default_factory=set)
    _stopped: frozenset[str] = field(init=False, default_factory=frozenset)
    _quiet: frozenset[int] = field(init=False, default_factory=frozenset)
    _experiences: dict[str, ServiceTimes] = field(init=False, default_factory=dict)

    async def show(self) -> None:
        """Bring status messages up to date: each time those that change, in the end all of them."""
        made = await self._being_made()
        places = {place.job_id: place for place in reversed(await self._places())}
        new = await self._new_ones()
        chosen = [*dict.fromkeys([*made, *places, *new])]
        if not chosen:
            return
        shown = await jobs.some(self.database, chosen)
        views = await self._views(shown, places)
        self._quiet = await quiet_jobs(self.database, [job.id for job in shown])
        for view in views:
            await self._show(view)
        preparing = {view.job.id for view in views if self._key(view) == "job-preparing"}
        for job_id in set(new) - preparing:
            self._new.pop(job_id)

    async def _show(self, view: JobView) -> None:
        job, key = view.job, hash(self._change_key(view))
        known = self._shown.get(job.id, self._shown_before.get(job.id))
        self._shown[job.id] = key
        if known == key:
            return
        texts = await self.texts_for(job.user_id, job.chat_id)
        said = await self._said(view, texts)
        current = await jobs.get(self.database, job.id)
        # The last word on a job that ended meanwhile must not be written over.
        if current is not None and current.state not in FINAL:
            self.messenger.progress(job, *said)

    async def _being_made(self) -> list[int]:
        found = await jobs.being_made(self.database, self._made_after, _MADE_AT_ONCE)
        self._made_after = found[-1] if len(found) == _MADE_AT_ONCE else 0
        if not self._made_after:
            self._to_come.discard(_MADE)
        return found

    async def _places(self) -> list[Place]:
        """The front of each line, and the next stretch of one."""
        engines = await line.engines(self.database)
        if not self._to_come:
            self._shown_before, self._shown = self._shown, {}
            self._to_come = {_MADE, *engines}
        found = [await line.places(self.database, each, START, _FRONT) for each in engines]
        fronts = {each: front for each, front in zip(engines, found, strict=True) if front}
        return [*chain(*found), *await self._stretch(fronts)]

    async def _stretch(self, fronts: Mapping[str, list[Place]]) -> list[Place]:
        """The next behind the front of the first line that was not gone through yet."""
        engine = next((each for each in fronts if each in self._to_come), None)
        if engine is None:
            self._to_come &= {_MADE}
            return []
        last, self._far_looks = self._far.pop(engine, fronts[engine][-1]), self._far_looks + 1
        known = last.up_to_it if self._far_looks % _COUNT_EVERY else None
        found = await line.places(self.database, engine, last.position, _FAR_AT_ONCE, known)
        if len(found) == _FAR_AT_ONCE:
            self._far[engine] = found[-1]
        else:
            self._to_come.discard(engine)
        return found

    async def _new_ones(self) -> list[int]:
        """Jobs just made, until they have their place: theirs may be far back."""
        if self._newest is None:
            self._newest = await jobs.newest(self.database)
        found = await jobs.newer(self.database, self._newest, _NEW_AT_ONCE)
        self._newest = max([self._newest, *found])
        for job_id in found:
            self.show_anew(job_id)
        chosen = [*islice(self._new, _NEW_AT_ONCE)]
        for job_id in chosen:  # the others come first the next time
            self._new[job_id] = self._new.pop(job_id)
        return chosen

    def show_anew(self, job_id: int) -> None:
        """Its status message is new: what it says may be old."""
        self._shown.pop(job_id, None)
        self._shown_before.pop(job_id, None)
        self._new[job_id] = None

    async def due(self) -> dict[Hashable, Work]:
        """The jobs that show nothing yet, whose first status message is said once: where Telegram
        puts it off it is tried again soon, where it is refused or may be shown not before its end.
        """
        silent = await jobs.without_status(self.database, _UNSHOWN_AT_ONCE)
        return {("status", job.id): partial(self._say, job.id) for job in silent}

    async def _say(self, job_id: int) -> None:
        job = await jobs.get(self.database, job_id)
        # What is about to be delivered needs no status any more.
        if job is None or job.status_message_id is not None or job.state != JobState.MAKING:
            return
        (view,) = await self._views([job])
        self._quiet |= await quiet_jobs(self.database, [job.id])
        said = await self._said(view, await self.texts_for(job.user_id, job.chat_id))
        try:
            await self.messenger.first_status(job, *said)
        except NotSent as failure:
            await self.database.do(due.postpone, job, STATUS_UNSAID.endless_delay_seconds(1))
            logger.info("the status of job %s has to wait: %s", job_id, failure, extra=SELDOM)
        except TelegramFailure as failure:
            await self.database.do(due.postpone, job, STATUS_REFUSED.endless_delay_seconds(1))
            logger.warning("job %s shows no status: %s", job_id, failure)
        else:
            self.show_anew(job_id)

    async def lines(self, mine: Sequence[Job], texts: Catalogue) -> list[str]:
        """The same sentences for a list, as /status shows it."""
        return [self._text(self._key(view), view, texts) for view in await self._views(mine)]

    async def _views(
        self, shown: Sequence[Job], places: Mapping[int, Place] | None = None
    ) -> list[JobView]:
        """These jobs at one look, and what is known of their engines."""
        engines = {job.engine for job in shown}
        stopped = [name for name in engines if await self.outages.of(name).is_stopped()]
        self._stopped = frozenset(stopped)
        for engine in engines:
            self._experiences[engine] = await self.experience.of(engine)
        return await views(self.database, shown, places)

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
        return _key_of_several(view) if len(view.tasks) > 1 else _key_of_one(task)

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
            ahead = view.ahead_milliseconds // self.engines.default.slots
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
    return keyboard_of([(texts.plain("button-cancel"), f"cancel:{view.job.id}")])


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
