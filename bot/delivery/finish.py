"""The end of a job that brings no video: recorded with its hold resolved, then said, once."""

from __future__ import annotations

import logging
from dataclasses import field

from bot.alerts import Noting
from bot.chat.keyboards import costing, video_keyboard
from bot.chat.messenger import Messenger
from bot.chat.owners import on_stopped
from bot.chat.provider_texts import photo_text
from bot.chat.receipt import charge_text, receipt_text
from bot.common import Component, Part
from bot.logs import SELDOM
from bot.retry import END_UNSAID, OUTBOX
from bot.task_pool import KeyedLocks
from bot.telegram.errors import NotSent
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.telegram.rate_limits import is_group
from bot.texts import Catalogue
from storage import due
from storage.jobs import deliveries, jobs, moves, task_moves, tasks, videos
from storage.jobs.deliveries import Form
from storage.jobs.failures import WITHDRAWN
from storage.jobs.jobs import FINAL, Job, JobState
from storage.jobs.tasks import Task

logger = logging.getLogger(__name__)

_NO_RETRY = frozenset(
    {"failed-moderated", "failed-refused", "failed-voice-too-long", "failed-gone", WITHDRAWN}
)


class Finisher(Component):
    """Ends jobs."""

    messenger = Part(Messenger)
    _locks: KeyedLocks = field(init=False, default_factory=KeyedLocks)

    async def fail(
        self, job: Job, failure: str, detail: str | None = None, *, noting: Noting | None = None
    ) -> None:
        """Record the failure (a text's key) of a job whose tasks have ended, and say it.

        `noting` goes with the failure, into its record.
        """
        async with self.database.transaction() as tx:
            if await moves.fail(tx, job, failure, detail):
                logger.warning("job %s failed: %s (%s)", job.id, failure, detail)
                if noting is not None:
                    await noting(tx)
        await self.announce(job.id)

    async def lose(self, job: Job, failure: Exception, text: str = "failed-lost") -> None:
        """The same of what was made and cannot be shown; the operator is told of its tasks."""
        made = await tasks.of_job(self.database, job.id)
        named, detail = ", ".join(task.task_id for task in made if task.task_id), repr(failure)
        await self.fail(job, text, detail, noting=self._loss(str(job.id), job.id, named, detail))

    async def fail_task(
        self, task: Task, failure: str, detail: str | None = None, *, noting: Noting | None = None
    ) -> None:
        """Record that a task failed in the state in which it was seen, and say what came of it."""
        async with self.database.transaction() as tx:
            if await task_moves.fail(tx, task, failure, detail):
                logger.warning("task %s failed: %s (%s)", task.name, failure, detail)
                if noting is not None:
                    await noting(tx)
        await self.announce(task.job_id)

    async def lose_task(self, task: Task, detail: str | list[str]) -> None:
        """The same of one whose result may be there and cannot be had; the detail is a text's key
        in a list, or somebody else's words.
        """
        noting = self._loss(task.name, task.job_id, task.task_id or "–", detail)
        await self.fail_task(task, "failed-lost", "".join(detail), noting=noting)

    def _loss(self, name: str, job_id: int, task_ids: str, detail: str | list[str]) -> Noting:
        subject, key = f"lost:{name}", "operator-lost"
        return self.operator.noting(subject, key, job=job_id, task=task_ids, detail=detail)

    async def cancelled(self, task: Task) -> None:
        """Record that a task was stopped before it was billed, and say what came of it."""
        await self.database.do(task_moves.cancelled, task)
        await self.announce(task.job_id)

    async def announce(self, job_id: int) -> None:
        """Say how the job ended, unless that was said; after a crash it is said again.

        Raises: `TelegramFailure`s that a later attempt may not meet.
        """
        async with self.about_job(job_id), self._locks.of(job_id):
            await self._announce(job_id)

    async def _announce(self, job_id: int) -> None:
        """One at a time of a job: the step that ended it, and the look for what was not said."""
        job = await jobs.get(self.database, job_id)
        if job is None or job.announced or job.state not in FINAL:
            return
        delay_seconds = END_UNSAID.delay_seconds(job.tries + 1)
        try:
            is_said = await self._say(job)
        except NotSent as failure:
            logger.info("the end of job %s has to wait: %s", job.id, failure, extra=SELDOM)
            is_said, delay_seconds = False, OUTBOX.endless_delay_seconds(job.tries + 1)
        if not is_said and delay_seconds is not None:
            await self.database.do(due.postpone, job, delay_seconds)
            return
        await self.database.do(moves.announced, job.id)

    async def _say(self, job: Job) -> bool:
        """False where it is to be said again."""
        if job.state == JobState.UNDELIVERABLE:
            if is_group(job.chat_id):
                await self.messenger.lead_to_private(job, "private-fallback-waits")
            return True
        if await videos.is_withdrawn(self.database, job):
            return await self._take_back(job)
        if job.state != JobState.DONE:
            return await self._say_end(job)
        first = await deliveries.first_of(self.database, job)
        if first is not None and first.form == Form.ROUND:
            await self._say_receipt(job)
        elif first is not None and is_group(job.chat_id) and first.chat_id == job.user_id:
            await self.messenger.lead_to_private(job, "private-fallback-taken")
        elif first is None or first.message_id != job.status_message_id:
            await self.messenger.remove_status(job)
        return True

    async def _say_receipt(self, job: Job) -> None:
        """A round note has no caption: the status message says what a caption would."""
        texts = await self.texts_for(job.user_id, job.chat_id)
        keyboard = await video_keyboard(self.database, job, self.limits, texts, as_note=True)
        await self.messenger.status(job, await receipt_text(self, job, texts), keyboard)

    async def _take_back(self, job: Job) -> bool:
        """It must not be shown, and may have been: what became of it is said."""
        await self.database.do(deliveries.want_removed, job.id, "end")
        texts = await self.texts_for(job.user_id, job.chat_id)
        return await self.messenger.status(job, *await on_stopped(self.database, job, texts))

    async def _say_end(self, job: Job) -> bool:
        """With what it took from the quota: as the ledger has it."""
        texts = await self.texts_for(job.user_id, job.chat_id)
        key = "job-cancelled" if job.state == JobState.CANCELLED else job.failure or ""
        charged = await charge_text(self.database, job, texts)
        reason = texts.plain(photo_text(job.failure_detail))
        text = texts.html(key, job=job.id, reason=reason, charged=charged)
        keyboard = None if key in _NO_RETRY else await self._once_more(job, texts)
        return await self.messenger.status(job, text, keyboard)

    async def _once_more(self, job: Job, texts: Catalogue) -> Keyboard:
        effective = (await self.effective(job.conversation)).in_resolution(
            job.resolution, self.limits
        )
        needed = effective.price.of(job.held_milliseconds).quota_milliseconds
        label = costing(texts, texts.plain("button-retry"), needed)
        return keyboard_of([(label, f"retry:{job.id}")])
