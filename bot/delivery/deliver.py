"""Delivery: the video goes out as a reply to the voice note, and its job is settled.

"Sending" is recorded before, the message after. When it is unknown whether the video arrived, the
status message is edited into it: an edit can be repeated without harm, so no video is lost.
"""

from __future__ import annotations

import asyncio
import logging

from bot.alerts import Operator
from bot.chat.messenger import Messenger
from bot.clock import Clock
from bot.delivery.finish import Finisher
from bot.delivery.package import Form, Package, Packager
from bot.delivery.private_fallback import PrivateFallbacks
from bot.media.video.errors import CannotShrink, LabelNotWritten, TooLongForNote, VideoUnreadable
from bot.media.worker.client import MediaWorkerDied, MediaWorkerNotStarted
from bot.telegram import errors as chat
from bot.telegram.outgoing import SentMessage
from bot.telegram.sender import Sender
from storage.db.database import Database
from storage.groups import borrowed_media
from storage.groups.chats import close_chat
from storage.jobs import jobs, moves
from storage.jobs.failures import OBJECTED
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)

_WAITS_SECONDS = (2, 5, 15, 30, 60, 120, 300)
_LONG_HOLD_SECONDS = 5.0
_CLOSED = (chat.ChatDead, chat.NotAllowed, chat.ThreadClosed)
_NOT_SENT = (
    *(chat.NotSent, *_CLOSED, chat.ChatMoved, chat.FileTooBig, chat.RequestInvalid),
    *(chat.TokenRejected, OSError),
)
_NOT_THIS_FORM = (
    *(chat.FileTooBig, chat.RequestInvalid, chat.NotAllowed),
    *(CannotShrink, LabelNotWritten, MediaWorkerDied),
)
_NOT_AS_NOTE = (chat.FileTooBig, chat.RequestInvalid, chat.NotAllowed)
"""A person may refuse round notes by their settings, a group by its rights."""
_LATER = (
    *(chat.TryAgain, chat.SendUnknown, chat.MessageGone, OSError),
    *(MediaWorkerDied, MediaWorkerNotStarted, CannotShrink, LabelNotWritten),
)


class Delivery:
    """Brings a job from delivering to done."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        packager: Packager,
        messenger: Messenger,
        private_fallbacks: PrivateFallbacks,
        finisher: Finisher,
        operator: Operator,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sender = sender
        self._packager = packager
        self._messenger = messenger
        self._private_fallbacks = private_fallbacks
        self._finisher = finisher
        self._operator = operator
        self._clock = clock
        self._fetched_again: set[int] = set()

    async def deliver(self, job: Job) -> None:
        """Send the video, or go on where an earlier attempt ended.

        Raises: `TelegramFailure`s that a later attempt may not meet (TokenRejected, …).
        """
        if self._sender.held_seconds(job.chat_id) > _LONG_HOLD_SECONDS:
            await self._later(job, "Telegram asked for a pause")
            return
        if job.sending_at_milliseconds is None and await borrowed_media.is_stopped(
            self._database, job
        ):
            await self._finisher.fail(job, OBJECTED)
            return
        try:
            sent, as_file = await self._send_first(job)
        except (VideoUnreadable, FileNotFoundError) as failure:
            await self._broken(job, failure)
        except chat.ChatMoved as failure:
            await self._messenger.note_moved(job.chat_id, failure.new_chat_id)
        except _CLOSED as failure:
            await self._past_the_chat(job, failure)
        except chat.FileTooBig as failure:
            await self._lost(job, failure, "failed-too-big")
        except chat.RequestInvalid as failure:
            await self._lost(job, failure, "failed-invalid")
        except _LATER as failure:
            await self._later(job, failure)
        else:
            await self._done(job, sent, as_file=as_file)

    async def _send_first(self, job: Job) -> tuple[SentMessage, bool]:
        """What was sent, and whether as a file.

        In the first form that Telegram takes; raises what spoke against the video as it is.
        """
        if await self._private_fallbacks.is_open(job):
            return await self._private_fallbacks.send(job), False
        if job.sending_at_milliseconds is None and await self._packager.wants_note(job):
            note = await self._send_note(job)
            if note is not None:
                return note, False
            job = await jobs.get(self._database, job.id) or job
        refusal: Exception | None = None
        for form in Form:
            if form is Form.SMALLER and isinstance(refusal, chat.NotAllowed):
                continue
            try:
                package = await self._packager.first(job, form)
                return await self._hand_over(package), package.video.as_file
            except _NOT_THIS_FORM as failure:
                logger.warning("job %s cannot be sent %s: %r", job.id, form.name, failure)
                refusal = refusal or failure
                await self._private_fallbacks.note_refused(job, failure)
        assert refusal is not None  # noqa: S101
        raise refusal

    async def _past_the_chat(self, job: Job, refusal: chat.TelegramFailure) -> None:
        """To the person's private chat instead of a group; undeliverable where that fails too."""
        try:
            sent = await self._private_fallbacks.send(job)
        except (*_CLOSED, chat.RequestInvalid, chat.FileTooBig) as failure:
            logger.info("job %s has no detour: %s", job.id, failure)
            await self._undeliverable(job, refusal)
        except (VideoUnreadable, FileNotFoundError) as failure:
            await self._broken(job, failure)
        except _LATER as failure:
            await self._later(job, failure)
        else:
            await self._done(job, sent, as_file=False)

    async def _send_note(self, job: Job) -> SentMessage | None:
        """None where it has to come as a video: a round note was refused, or nobody knows.

        No message can be edited into a round note. So where it is unknown whether one arrived,
        "sending" stays on record, and the status is edited into the video as it is.
        """
        try:
            note = await self._packager.note(job)
        except (TooLongForNote, MediaWorkerDied, LabelNotWritten) as failure:
            logger.warning("job %s cannot be a round note: %r", job.id, failure)
            return None
        reply_to = await self._packager.reply_to(job)
        async with self._database.transaction() as tx:
            await moves.sending(tx, job.id, self._clock.now_milliseconds())
        try:
            return await self._sender.send_video_note(
                job.chat_id, note, reply_to=reply_to, thread_id=job.thread_id or None
            )
        except chat.SendUnknown as failure:
            logger.warning("job %s as a round note: %s", job.id, failure)
            if failure.message_id is None:
                return None
            return SentMessage(job.chat_id, failure.message_id, is_note=True)
        except _NOT_SENT as failure:
            async with self._database.transaction() as tx:
                await moves.not_sent(tx, job.id)
            if not isinstance(failure, _NOT_AS_NOTE):
                raise
            logger.info("job %s is not taken as a round note: %s", job.id, failure)
            return None

    async def _hand_over(self, package: Package) -> SentMessage:
        """First as a new message; where that may have happened already, as an edit."""
        if package.job.sending_at_milliseconds is not None:
            return await self._into_status(package)
        async with self._database.transaction() as tx:
            await moves.sending(tx, package.job.id, self._clock.now_milliseconds())
        try:
            return await self._send(package)
        except _NOT_SENT:
            async with self._database.transaction() as tx:
                await moves.not_sent(tx, package.job.id)
            raise
        except chat.SendUnknown as failure:
            if failure.message_id is not None:
                return SentMessage(package.job.chat_id, failure.message_id)
            logger.warning("job %s: %s; its status becomes the video", package.job.id, failure)
            return await self._into_status(package)

    async def _send(self, package: Package) -> SentMessage:
        return await self._sender.send_video(
            package.job.chat_id,
            package.video,
            caption=package.caption,
            keyboard=package.keyboard,
            reply_to=package.reply_to,
            thread_id=package.job.thread_id or None,
            stray_note=await self._messenger.stray_note(package.job),
        )

    async def _into_status(self, package: Package) -> SentMessage:
        """The status becomes the video; where it is gone, a new one is said first.

        A text that is sent once too often does less harm than a video.
        """
        current = await jobs.get(self._database, package.job.id) or package.job
        if current.status_message_id is not None:
            try:
                return await self._edit(package, current.chat_id, current.status_message_id)
            except (chat.MessageGone, chat.ThreadClosed) as failure:
                logger.info("job %s has a new status: %s", current.id, failure)
        status = await self._messenger.new_status(current, "job-delivering")
        return await self._edit(package, current.chat_id, status)

    async def _edit(self, package: Package, chat_id: int, message_id: int) -> SentMessage:
        return await self._sender.edit_into_video(
            chat_id,
            message_id,
            package.video,
            caption=package.caption,
            keyboard=package.keyboard,
        )

    async def _done(self, job: Job, sent: SentMessage, *, as_file: bool) -> None:
        async with self._database.transaction() as tx:
            await moves.delivered(
                tx,
                job,
                chat_id=sent.chat_id,
                message_id=sent.message_id,
                file_id=sent.video_file_id,
                now_milliseconds=self._clock.now_milliseconds(),
                as_file=as_file,
                as_note=sent.is_note,
                thumbnail_id=sent.thumbnail_id,
            )
        logger.info("job %s is delivered as message %s", job.id, sent.message_id)
        await self._finisher.announce(job.id)

    async def _broken(self, job: Job, failure: Exception) -> None:
        """The provider keeps a result for a day: what is broken here is fetched once more."""
        if job.id in self._fetched_again:
            await self._lost(job, failure)
            return
        logger.warning("job %s: its file is broken (%r) and fetched again", job.id, failure)
        self._fetched_again.add(job.id)
        await asyncio.to_thread(self._packager.path(job).unlink, missing_ok=True)
        async with self._database.transaction() as tx:
            await moves.fetch_again(tx, job.id)

    async def _lost(self, job: Job, failure: Exception, text: str = "failed-lost") -> None:
        noting = self._operator.noting(
            f"lost:{job.id}",
            "operator-lost",
            job=job.id,
            task=job.task_id or "",
            detail=repr(failure),
        )
        await self._finisher.fail(job, text, repr(failure), noting=noting)

    async def _undeliverable(self, job: Job, failure: chat.TelegramFailure) -> None:
        """Paid and nobody to give it to; the file stays for the retention time."""
        logger.warning("job %s cannot be delivered: %s", job.id, failure)
        now = self._clock.now_milliseconds()
        async with self._database.transaction() as tx:
            await moves.undeliverable(tx, job, str(failure), now)
            if isinstance(failure, chat.ChatDead):
                await close_chat(tx, job.chat_id, str(failure), now)
        await self._finisher.announce(job.id)

    async def _later(self, job: Job, reason: object) -> None:
        """Not before Telegram's pause is over, however long: meanwhile others are served."""
        current = await jobs.get(self._database, job.id) or job
        seconds: float = _WAITS_SECONDS[min(current.tries, len(_WAITS_SECONDS) - 1)]
        seconds = max(seconds, self._sender.held_seconds(job.chat_id))
        logger.warning("job %s is sent again in %.0f s: %s", job.id, seconds, reason)
        async with self._database.transaction() as tx:
            not_before = self._clock.now_milliseconds() + int(seconds * 1000)
            await moves.postpone(tx, job.id, not_before)
