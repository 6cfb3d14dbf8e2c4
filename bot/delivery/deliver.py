"""Delivery: the video goes out as a reply to the voice note, and its job is settled.

"Sending" is recorded before, the message after. When it is unknown whether the video arrived, the
status message is edited into it: an edit can be repeated without harm, so no video is lost.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from bot.chat.messenger import Messenger
from bot.common import CommonServices, Component
from bot.delivery.finish import Finisher
from bot.delivery.package import Form, Package, Packager
from bot.delivery.private_fallback import PrivateFallbacks
from bot.media.errors import MediaFailure, MediaNotMade
from bot.media.video.errors import VideoUnreadable
from bot.retry import CHAT
from bot.telegram import errors as chat
from bot.telegram.outgoing import SentMessage
from storage.groups import borrowed_media
from storage.groups.chats import close_chat
from storage.jobs import jobs, moves
from storage.jobs.failures import OBJECTED
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)

_LONG_HOLD_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Delivery(Component):
    """Brings a job from delivering to done."""

    common: CommonServices
    packager: Packager
    messenger: Messenger
    private_fallbacks: PrivateFallbacks
    finisher: Finisher
    _fetched_again: set[int] = field(init=False, default_factory=set)

    async def deliver(self, job: Job) -> None:
        """Send the video, or go on where an earlier attempt ended.

        Raises: `TelegramFailure`s that a later attempt may not meet (TokenRejected, …).
        """
        if self.sender.held_seconds(job.chat_id) > _LONG_HOLD_SECONDS:
            await self._later(job, "Telegram asked for a pause")
            return
        if job.sending_at_milliseconds is None and await borrowed_media.is_stopped(
            self.database, job
        ):
            await self.finisher.fail(job, OBJECTED)
            return
        try:
            brought = await self._send_somewhere(job)
        except (VideoUnreadable, FileNotFoundError) as failure:
            await self._broken(job, failure)
        except chat.ChatMoved as failure:
            await self.messenger.note_moved(job.chat_id, failure.new_chat_id)
        except chat.FormRefused as failure:
            too_big = isinstance(failure, chat.FileTooBig)
            await self.finisher.lost(
                job, failure, "failed-too-big" if too_big else "failed-invalid"
            )
        except (chat.TryAgain, chat.SendUnknown, chat.MessageGone) as failure:
            await self._later(job, failure)
        except (MediaFailure, OSError) as failure:
            await self._later(job, failure)
        else:
            if brought is not None:
                await self._done(job, *brought)

    async def _send_somewhere(self, job: Job) -> tuple[SentMessage, bool] | None:
        """As `_bring`; to the person's private chat instead of a group that takes no videos.

        None where that fails too: the job is undeliverable.
        """
        try:
            return await self._send_first(job)
        except chat.FormRefused:
            raise
        except chat.Refused as failure:
            refusal = failure
        try:
            return await self.private_fallbacks.send(job), False
        except chat.Refused as failure:
            logger.info("job %s has no private fallback: %s", job.id, failure)
            await self._undeliverable(job, refusal)
            return None

    async def _send_first(self, job: Job) -> tuple[SentMessage, bool]:
        """What was sent, and whether as a file.

        In the first form that Telegram takes; raises what spoke against the video as it is.
        """
        if await self.private_fallbacks.is_open(job):
            return await self.private_fallbacks.send(job), False
        if job.sending_at_milliseconds is None and await self.packager.wants_note(job):
            note = await self._send_note(job)
            if note is not None:
                return note, False
            job = await jobs.get(self.database, job.id) or job
        refusal: Exception | None = None
        for form in Form:
            if form is Form.SMALLER and isinstance(refusal, chat.NotAllowed):
                continue
            try:
                package = await self.packager.first(job, form)
                return await self._hand_over(package), package.video.as_file
            except (chat.FormRefused, chat.NotAllowed, MediaNotMade) as failure:
                logger.warning("job %s cannot be sent %s: %r", job.id, form.name, failure)
                refusal = refusal or failure
                await self.private_fallbacks.note_refused(job, failure)
        assert refusal is not None  # noqa: S101
        raise refusal

    async def _send_note(self, job: Job) -> SentMessage | None:
        """None where it has to come as a video: a round note was refused, or nobody knows.

        No message can be edited into a round note. So where it is unknown whether one arrived,
        "sending" stays on record, and the status is edited into the video as it is.
        """
        try:
            note = await self.packager.note(job)
        except MediaNotMade as failure:
            logger.warning("job %s cannot be a round note: %r", job.id, failure)
            return None
        there = await self.messenger.reply_to_voice(job)
        async with self.database.transaction() as tx:
            await moves.sending(tx, job.id)
        try:
            return await self.sender.send_video_note(there, note)
        except chat.SendUnknown as failure:
            logger.warning("job %s as a round note: %s", job.id, failure)
            if failure.message_id is None:
                return None
            return SentMessage(job.chat_id, failure.message_id, is_note=True)
        except (chat.TelegramFailure, OSError) as failure:
            async with self.database.transaction() as tx:
                await moves.not_sent(tx, job.id)
            # A person may refuse round notes by their settings, a group by its rights.
            if not isinstance(failure, chat.FormRefused | chat.NotAllowed):
                raise
            logger.info("job %s is not taken as a round note: %s", job.id, failure)
            return None

    async def _hand_over(self, package: Package) -> SentMessage:
        """First as a new message; where that may have happened already, as an edit."""
        if package.job.sending_at_milliseconds is not None:
            return await self._into_status(package)
        async with self.database.transaction() as tx:
            await moves.sending(tx, package.job.id)
        try:
            return await self._send(package)
        except chat.SendUnknown as failure:
            if failure.message_id is not None:
                return SentMessage(package.job.chat_id, failure.message_id)
            logger.warning("job %s: %s; its status becomes the video", package.job.id, failure)
            return await self._into_status(package)
        except (chat.TelegramFailure, OSError):
            async with self.database.transaction() as tx:
                await moves.not_sent(tx, package.job.id)
            raise

    async def _send(self, package: Package) -> SentMessage:
        return await self.sender.send_video(
            package.destination, package.video, caption=package.caption, keyboard=package.keyboard
        )

    async def _into_status(self, package: Package) -> SentMessage:
        """The status becomes the video; where it is gone, a new one is said first.

        A text that is sent once too often does less harm than a video.
        """
        current = await jobs.get(self.database, package.job.id) or package.job
        if current.status_message_id is not None:
            try:
                return await self._edit(package, current.chat_id, current.status_message_id)
            except (chat.MessageGone, chat.ThreadClosed) as failure:
                logger.info("job %s has a new status: %s", current.id, failure)
        status = await self.messenger.new_status(current, "job-delivering")
        return await self._edit(package, current.chat_id, status)

    async def _edit(self, package: Package, chat_id: int, message_id: int) -> SentMessage:
        return await self.sender.edit_into_video(
            chat_id, message_id, package.video, caption=package.caption, keyboard=package.keyboard
        )

    async def _done(self, job: Job, sent: SentMessage, as_file: bool) -> None:
        async with self.database.transaction() as tx:
            await moves.delivered(
                tx,
                job,
                chat_id=sent.chat_id,
                message_id=sent.message_id,
                file_id=sent.video_file_id,
                as_file=as_file,
                as_note=sent.is_note,
                thumbnail_id=sent.thumbnail_id,
            )
        logger.info("job %s is delivered as message %s", job.id, sent.message_id)
        await self.finisher.announce(job.id)

    async def _broken(self, job: Job, failure: Exception) -> None:
        """The provider keeps a result for a day: what is broken here is fetched once more."""
        if job.id in self._fetched_again:
            await self.finisher.lost(job, failure)
            return
        logger.warning("job %s: its file is broken (%r) and fetched again", job.id, failure)
        self._fetched_again.add(job.id)
        await asyncio.to_thread(self.packager.path(job).unlink, missing_ok=True)
        async with self.database.transaction() as tx:
            await moves.fetch_again(tx, job.id)

    async def _undeliverable(self, job: Job, failure: chat.TelegramFailure) -> None:
        """Paid and nobody to give it to; the file stays for the retention time."""
        logger.warning("job %s cannot be delivered: %s", job.id, failure)
        async with self.database.transaction() as tx:
            await moves.undeliverable(tx, job, str(failure))
            if isinstance(failure, chat.ChatDead):
                await close_chat(tx, job.chat_id, str(failure))
        await self.finisher.announce(job.id)

    async def _later(self, job: Job, reason: object) -> None:
        """Not before Telegram's pause is over, however long: meanwhile others are served."""
        current = await jobs.get(self.database, job.id) or job
        held_seconds = self.sender.held_seconds(job.chat_id)
        seconds = CHAT.endless_delay_seconds(current.tries + 1, held_seconds)
        logger.warning("job %s is sent again in %.0f s: %s", job.id, seconds, reason)
        async with self.database.transaction() as tx:
            not_before = self.clock.now_milliseconds() + int(seconds * 1000)
            await moves.postpone(tx, job.id, not_before)
