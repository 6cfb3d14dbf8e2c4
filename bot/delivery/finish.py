"""The end of a job that brings no video: recorded with its hold resolved, then said, once."""

from __future__ import annotations

import logging

from bot.alerts import Noting
from bot.chat.keyboards import video_keyboard, with_group_buttons
from bot.chat.messenger import Messenger
from bot.chat.owners import on_stopped
from bot.chat.provider_texts import photo_text
from bot.chat.receipt import Receipts, charge_text
from bot.clock import Clock
from bot.limits import Limits, effective_settings_of
from bot.retry import END_UNSAID
from bot.telegram.keyboards import Keyboard
from bot.telegram.rate_limits import is_group
from storage.db.database import Database
from storage.groups import borrowed_media
from storage.jobs import jobs, moves, private_fallbacks
from storage.jobs.jobs import FINAL, Job, JobState

logger = logging.getLogger(__name__)

_NO_RETRY = frozenset(
    {"failed-moderated", "failed-refused", "failed-sound-too-long", "failed-gone"}
)


class Finisher:
    """Ends jobs."""

    def __init__(
        self, database: Database, messenger: Messenger, limits: Limits, clock: Clock
    ) -> None:
        self._database = database
        self._messenger = messenger
        self._limits = limits
        self._receipts = Receipts(database, limits)
        self._clock = clock

    async def fail(
        self,
        job: Job,
        failure: str,
        detail: str | None = None,
        *,
        noting: Noting | None = None,
        only_in: JobState | None = None,
    ) -> None:
        """Record the failure (a text's key) and say it; `noting` goes with it, into its record.

        With `only_in` nothing happens to a job that is in another state by now.
        """
        async with self._database.transaction() as tx:
            current = await jobs.get(tx, job.id)
            if only_in is not None and (current is None or current.state != only_in):
                return
            if await moves.fail(tx, job, failure, detail):
                logger.warning("job %s failed: %s (%s)", job.id, failure, detail)
                if noting is not None:
                    await noting(tx)
        await self.announce(job.id)

    async def cancelled(self, job: Job) -> None:
        """Record that it was stopped before anything was billed, and say it."""
        async with self._database.transaction() as tx:
            await moves.cancelled(tx, job)
        await self.announce(job.id)

    async def announce(self, job_id: int) -> None:
        """Say how the job ended, unless that was said; after a crash it is said again.

        Of a part nothing is said but that its whole has ended, if it has.

        Raises: `TelegramFailure`s that a later attempt may not meet.
        """
        job = await jobs.get(self._database, job_id)
        if job is not None and job.whole_id is not None:
            job = await jobs.get(self._database, job.whole_id)
        if job is None or job.announced or job.state not in FINAL:
            return
        if job.state == JobState.DONE and await borrowed_media.is_stopped(self._database, job):
            await self._take_back(job)  # said while it was being sent
        elif job.state == JobState.DONE and job.came_as_note:
            await self._say_receipt(job)
        elif job.state == JobState.DONE and await private_fallbacks.of_job(self._database, job.id):
            await self._messenger.lead_to_private(job, "detour-taken")
        elif job.state == JobState.UNDELIVERABLE and is_group(job.chat_id):
            await self._messenger.lead_to_private(job, "detour-waits")
        elif job.state == JobState.DONE:
            await self._messenger.remove_status(job)
        elif job.state in (JobState.FAILED, JobState.CANCELLED):
            delay_seconds = END_UNSAID.delay_seconds(job.tries + 1)
            if not await self._say_end(job) and delay_seconds is not None:
                await self._say_later(job, delay_seconds)
                return
        async with self._database.transaction() as tx:
            await moves.announced(tx, job.id)

    async def _say_receipt(self, job: Job) -> None:
        """A round note has no caption: the status message says what a caption would."""
        texts = await self._messenger.texts_for(job.user_id, job.chat_id)
        effective = await effective_settings_of(self._database, self._limits, job.conversation)
        keyboard = video_keyboard(job, self._limits, effective, texts, as_note=True)
        keyboard = await with_group_buttons(self._database, job, keyboard, texts)
        await self._messenger.status(job, await self._receipts.text(job, texts), keyboard)

    async def _take_back(self, job: Job) -> None:
        """It was made and shown, and must not be: what became of it is said."""
        texts = await self._messenger.texts_for(job.user_id, job.chat_id)
        if await self._messenger.remove_video(job):
            text, keyboard = await on_stopped(self._database, job, texts)
            await self._messenger.status(job, text, keyboard)
        else:
            await self._messenger.status(job, texts.html("video-stays"))

    async def _say_later(self, job: Job, delay_seconds: float) -> None:
        async with self._database.transaction() as tx:
            not_before = self._clock.now_milliseconds() + int(delay_seconds * 1000)
            await moves.postpone(tx, job.id, not_before)

    async def _say_end(self, job: Job) -> bool:
        """With what it took from the quota: as the ledger has it."""
        texts = await self._messenger.texts_for(job.user_id, job.chat_id)
        if await borrowed_media.is_stopped(self._database, job):
            text, keyboard = await on_stopped(self._database, job, texts)
            return await self._messenger.status(job, text, keyboard)
        key = "job-cancelled" if job.state == JobState.CANCELLED else job.failure or ""
        charged = await charge_text(self._database, job, texts)
        reason = texts.plain(photo_text(job.failure_detail))
        text = texts.html(key, job=job.id, reason=reason, charged=charged)
        button = (texts.plain("button-retry"), f"retry:{job.id}")
        keyboard = None if key in _NO_RETRY else Keyboard.of([button])
        return await self._messenger.status(job, text, keyboard)
