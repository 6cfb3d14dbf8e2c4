"""The last video once more: by the id under which Telegram has it, else from the kept file."""

from __future__ import annotations

import logging
from enum import Enum, auto

from bot.media.video_errors import CannotShrink, LabelNotWritten, VideoUnreadable
from bot.media.worker import MediaWorkerDied, MediaWorkerNotStarted
from bot.pipeline.packing import Form, Packing, Parcel
from bot.telegram import errors as chat
from bot.telegram.outgoing import OutgoingNote, SentMessage
from bot.telegram.sender import Sender
from storage import jobs, moves
from storage.database import Database
from storage.jobs import Job
from storage.media import Place

logger = logging.getLogger(__name__)

_NO_SUCH_ID = (chat.FileGone, chat.RequestInvalid)
_NOT_THIS_FORM = (
    *(chat.FileTooBig, chat.RequestInvalid),
    *(CannotShrink, LabelNotWritten, MediaWorkerDied),
)


class Outcome(Enum):
    """What became of the wish."""

    SENT = auto()
    NONE_YET = auto()
    GONE = auto()


class LastVideo:
    """Costs nothing: nothing is rendered, and mostly nothing is uploaded."""

    def __init__(self, database: Database, sender: Sender, packing: Packing) -> None:
        self._database = database
        self._sender = sender
        self._packing = packing

    async def send(self, place: Place, reply_to: int) -> Outcome:
        """Send the person's last video of this chat as the answer to that message.

        Raises: `TelegramFailure`s; after `SendUnknown` it may be there.
        """
        job = await jobs.last_rendered(self._database, place.user_id, place.chat_id)
        if job is None:
            return Outcome.NONE_YET
        if job.came_as_note and await self._note_by_id(job, place, reply_to):
            return Outcome.SENT
        return await self.send_video(job, place, reply_to)

    async def send_video(
        self, job: Job, place: Place, reply_to: int, text: str = "video-last"
    ) -> Outcome:
        """Send this job's video, with that text; as a round note where nothing else is left.

        Raises: as `send`.
        """
        sent = (
            await self._by_id(job, place, reply_to, text)
            or await self._from_disk(job, place, reply_to, text)
            or await self._note_by_id(job, place, reply_to)
        )
        return Outcome.SENT if sent else Outcome.GONE

    async def _note_by_id(self, job: Job, place: Place, reply_to: int) -> bool:
        """What makes it known as AI's is in its picture."""
        if job.note_file_id is None:
            return False
        note = OutgoingNote(job.note_file_id, 0, 0)
        thread_id = place.thread_id or None
        try:
            await self._sender.send_video_note(
                place.chat_id, note, reply_to=reply_to, thread_id=thread_id
            )
        except _NO_SUCH_ID as failure:
            logger.info("Telegram does not have the note of job %s: %s", job.id, failure)
            return False
        return True

    async def _by_id(self, job: Job, place: Place, reply_to: int, text: str) -> bool:
        parcel = await self._packing.known(job, text)
        if parcel is None:
            return False
        try:
            await self._send(parcel, place, reply_to)
        except _NO_SUCH_ID as failure:
            logger.info("Telegram does not have the video of job %s: %s", job.id, failure)
            return False
        return True

    async def _from_disk(self, job: Job, place: Place, reply_to: int, text: str) -> bool:
        for form in Form:
            try:
                parcel = await self._packing.again(job, form, text)
                sent = await self._send(parcel, place, reply_to)
            except (VideoUnreadable, OSError, MediaWorkerNotStarted) as failure:
                logger.info("the video of job %s is not on disk: %r", job.id, failure)
                return False
            except _NOT_THIS_FORM as failure:
                logger.info("job %s cannot be sent %s: %r", job.id, form.name, failure)
            else:
                await self._remember(job, parcel, sent)
                return True
        return False

    async def _send(self, parcel: Parcel, place: Place, reply_to: int) -> SentMessage:
        return await self._sender.send_video(
            place.chat_id,
            parcel.video,
            caption=parcel.caption,
            reply_to=reply_to,
            thread_id=place.thread_id or None,
        )

    async def _remember(self, job: Job, parcel: Parcel, sent: SentMessage) -> None:
        async with self._database.transaction() as tx:
            await moves.sent_again(
                tx,
                job.id,
                sent.video_file_id,
                as_file=parcel.video.as_file,
                thumbnail_id=sent.thumbnail_id,
            )
