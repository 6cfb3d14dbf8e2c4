"""Delivery: the video goes out as a reply to the voice note, and its job is settled.

"Sending" is recorded before, the message after. When it is unknown whether the video arrived, the
status message is edited into it: an edit can be repeated without harm, so no video is lost.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from bot.clock import Clock
from bot.media.video import VideoFacts, VideoUnreadable, inspect_video, make_cover
from bot.media.worker import MediaWorker
from bot.pipeline.conversation import Conversation
from bot.pipeline.ending import Ending
from bot.pipeline.operator import Operator
from bot.pipeline.terms import Terms
from bot.telegram import errors as chat
from bot.telegram.outgoing import OutgoingVideo, SentMessage
from bot.telegram.sender import Sender
from storage import chats, jobs, ledger, media, moves
from storage.database import Database
from storage.jobs import Job

logger = logging.getLogger(__name__)

_WAITS_SECONDS = (2, 5, 15, 30, 60, 120, 300)
_CLOSED = (chat.ChatDead, chat.NotAllowed, chat.ThreadClosed, chat.ChatMoved)


@dataclass(frozen=True, slots=True)
class _Parcel:
    job: Job
    video: OutgoingVideo
    caption: str
    reply_to: int | None


class Delivery:
    """Brings a job from delivering to done."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        worker: MediaWorker,
        conversation: Conversation,
        ending: Ending,
        operator: Operator,
        terms: Terms,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sender = sender
        self._worker = worker
        self._conversation = conversation
        self._ending = ending
        self._operator = operator
        self._terms = terms
        self._clock = clock

    async def deliver(self, job: Job) -> None:
        """Send the video, or go on where an earlier attempt ended.

        Raises: `TelegramFailure`s that a later attempt may not meet (TokenRejected, …).
        """
        path = self._terms.results / f"{job.id}.mp4"
        try:
            parcel = await self._parcel(job, path)
            sent = await self._hand_over(parcel)
        except VideoUnreadable as failure:
            await self._lost(job, failure)
        except _CLOSED as failure:
            await self._undeliverable(job, failure)
        except chat.FileTooBig as failure:
            await self._lost(job, failure, "failed-too-big")
        except chat.RequestInvalid as failure:
            await self._lost(job, failure, "failed-invalid")
        except (chat.TryAgain, OSError) as failure:
            await self._later(job, failure)
        else:
            await self._done(job, sent, path)

    async def _hand_over(self, parcel: _Parcel) -> SentMessage:
        """First as a new message; where that may have happened already, as an edit."""
        if parcel.job.sending_at_milliseconds is not None:
            return await self._into_status(parcel)
        async with self._database.transaction() as tx:
            await moves.sending(tx, parcel.job.id, self._clock.now_milliseconds())
        try:
            return await self._send(parcel)
        except (chat.NotSent, *_CLOSED, chat.FileTooBig, chat.RequestInvalid, OSError):
            async with self._database.transaction() as tx:
                await moves.not_sent(tx, parcel.job.id)
            raise
        except chat.SendUnknown as failure:
            logger.warning("job %s: %s; its status becomes the video", parcel.job.id, failure)
            return await self._into_status(parcel)

    async def _send(self, parcel: _Parcel) -> SentMessage:
        return await self._sender.send_video(
            parcel.job.chat_id,
            parcel.video,
            caption=parcel.caption,
            reply_to=parcel.reply_to,
            thread_id=parcel.job.thread_id or None,
        )

    async def _into_status(self, parcel: _Parcel) -> SentMessage:
        job = parcel.job
        if job.status_message_id is None:
            return await self._send(parcel)
        try:
            return await self._sender.edit_into_video(
                job.chat_id, job.status_message_id, parcel.video, caption=parcel.caption
            )
        except chat.MessageGone:
            return await self._send(parcel)

    async def _parcel(self, job: Job, path: Path) -> _Parcel:
        facts, cover = await self._worker.run(_facts_and_cover, path)
        sound = await media.get(self._database, job.sound_id)
        video = OutgoingVideo(
            path,
            facts.width,
            facts.height,
            max(1, round(facts.duration_milliseconds / 1000)),
            thumbnail=cover,
            cover=cover,
            file_name="talking-photo.mp4",
        )
        return _Parcel(job, video, await self._caption(job), sound.message_id if sound else None)

    async def _caption(self, job: Job) -> str:
        """The AI label and the receipt: what the ledger will say once this is settled."""
        texts = await self._conversation.texts_for(job.user_id)
        now = self._clock.now_milliseconds()
        quota = await ledger.quota_of(self._database, job.user_id, self._terms.caps, now)
        billed = job.billed_milliseconds or 0
        held = await ledger.charged_milliseconds(self._database, job.id)
        charged = min(job.price.of(billed).quota_milliseconds, held)
        return texts.html(
            "video-caption-preview" if job.engine == "preview" else "video-caption",
            seconds=charged / 1000,
            left=(quota.left_milliseconds + held - charged) // 100 / 10,
        )

    async def _done(self, job: Job, sent: SentMessage, path: Path) -> None:
        async with self._database.transaction() as tx:
            await moves.delivered(
                tx,
                job,
                message_id=sent.message_id,
                file_id=sent.video_file_id,
                now_milliseconds=self._clock.now_milliseconds(),
            )
        logger.info("job %s is delivered as message %s", job.id, sent.message_id)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        await self._ending.announce(job.id)

    async def _lost(self, job: Job, failure: Exception, text: str = "failed-lost") -> None:
        await self._operator.tell(
            f"lost:{job.id}",
            "operator-lost",
            job=job.id,
            task=job.task_id or "",
            detail=repr(failure),
        )
        await self._ending.fail(job, text, repr(failure))

    async def _undeliverable(self, job: Job, failure: chat.TelegramFailure) -> None:
        """Paid and nobody to give it to; the file stays for the retention time."""
        logger.warning("job %s cannot be delivered: %s", job.id, failure)
        now = self._clock.now_milliseconds()
        async with self._database.transaction() as tx:
            await moves.undeliverable(tx, job, str(failure), now)
            if isinstance(failure, chat.ChatDead):
                await chats.mark_dead(tx, job.chat_id, str(failure), now)

    async def _later(self, job: Job, failure: Exception) -> None:
        current = await jobs.get(self._database, job.id) or job
        seconds = _WAITS_SECONDS[min(current.tries, len(_WAITS_SECONDS) - 1)]
        logger.warning("job %s is sent again in %s s: %s", job.id, seconds, failure)
        async with self._database.transaction() as tx:
            not_before = self._clock.now_milliseconds() + seconds * 1000
            await moves.postpone(tx, job.id, not_before)


def _facts_and_cover(path: Path) -> tuple[VideoFacts, bytes]:
    """In the worker process."""
    return inspect_video(path), make_cover(path)
