"""The end of a job that brings no video: recorded with its hold released, then said, once."""

from __future__ import annotations

import logging

from bot.clock import Clock
from bot.pipeline.conversation import Conversation
from bot.pipeline.reasons import photo_text
from bot.telegram.keyboard import Keyboard
from storage import jobs, ledger, moves
from storage.database import Database
from storage.jobs import Job, JobState

logger = logging.getLogger(__name__)

_NO_RETRY = frozenset(
    {"failed-moderated", "failed-refused", "failed-sound-too-long", "failed-gone"}
)


class Ending:
    """Ends jobs."""

    def __init__(self, database: Database, conversation: Conversation, clock: Clock) -> None:
        self._database = database
        self._conversation = conversation
        self._clock = clock

    async def fail(self, job: Job, failure: str, detail: str | None = None) -> None:
        """Record the failure (a text's key) and say it."""
        logger.warning("job %s failed: %s (%s)", job.id, failure, detail)
        async with self._database.transaction() as tx:
            await moves.fail(tx, job, failure, detail, self._clock.now_milliseconds())
        await self.announce(job.id)

    async def cancelled(self, job: Job) -> None:
        """Record that it was stopped before anything was billed, and say it."""
        async with self._database.transaction() as tx:
            await moves.cancelled(tx, job, self._clock.now_milliseconds())
        await self.announce(job.id)

    async def announce(self, job_id: int) -> None:
        """Say how the job ended, unless that was said; after a crash it is said again.

        Raises: `TelegramFailure`s that a later attempt may not meet.
        """
        job = await jobs.get(self._database, job_id)
        if job is None or job.announced:
            return
        if job.state == JobState.DONE:
            await self._conversation.remove_status(job)
        elif job.state in (JobState.FAILED, JobState.CANCELLED):
            await self._say_end(job)
        async with self._database.transaction() as tx:
            await moves.announced(tx, job.id)

    async def _say_end(self, job: Job) -> None:
        """ "Nothing was charged" is said only of a job whose ledger says so."""
        charged = await ledger.charged_milliseconds(self._database, job.id)
        assert charged == 0, f"job {job.id} ended without a video and charged {charged} ms"  # noqa: S101
        texts = await self._conversation.texts_for(job.user_id)
        key = "job-cancelled" if job.state == JobState.CANCELLED else job.failure or ""
        text = texts.html(key, job=job.id, reason=texts.plain(photo_text(job.failure_detail)))
        button = (texts.plain("button-retry"), f"retry:{job.id}")
        keyboard = None if key in _NO_RETRY else Keyboard.of([button])
        await self._conversation.status(job, text, keyboard)
