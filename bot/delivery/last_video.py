"""An earlier video once more: by the id under which Telegram has it, else from the kept file."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from enum import Enum, auto

from bot.delivery.package import Form, Package, Packager
from bot.media.video.errors import CannotShrink, LabelNotWritten, VideoUnreadable
from bot.media.worker.client import MediaWorkerDied, MediaWorkerNotStarted
from bot.telegram import errors as chat
from bot.telegram.outgoing import OutgoingNote, SentMessage
from bot.telegram.sender import Sender
from storage.db.database import Database
from storage.jobs import jobs, moves
from storage.jobs.jobs import Job
from storage.media import ConversationKey

logger = logging.getLogger(__name__)

_NO_SUCH_ID = (chat.FileGone, chat.RequestInvalid)
_NOT_THIS_FORM = (
    *(chat.FileTooBig, chat.RequestInvalid),
    *(CannotShrink, LabelNotWritten, MediaWorkerDied),
)


class ResendOutcome(Enum):
    """What became of it."""

    SENT = auto()
    NONE_YET = auto()
    GONE = auto()


class LastVideo:
    """Costs nothing: nothing is rendered, and mostly nothing is uploaded."""

    def __init__(self, database: Database, sender: Sender, packager: Packager) -> None:
        self._database = database
        self._sender = sender
        self._packager = packager

    async def send(self, conversation: ConversationKey, reply_to: int) -> ResendOutcome:
        """Send the person's last video of this chat as the answer to that message.

        Raises: `TelegramFailure`s; after `SendUnknown` it may be there.
        """
        job = await jobs.last_rendered(self._database, conversation.user_id, conversation.chat_id)
        if job is None:
            return ResendOutcome.NONE_YET
        if job.came_as_note and await self._note_by_id(job, conversation, reply_to):
            return ResendOutcome.SENT
        return await self.send_video(job, conversation, reply_to)

    async def send_video(
        self, job: Job, conversation: ConversationKey, reply_to: int, text: str = "video-last"
    ) -> ResendOutcome:
        """Send this job's video, with that text; as a round note where nothing else is left.

        Raises: as `send`.
        """
        sent = (
            await self._by_id(job, conversation, reply_to, text)
            or await self.from_disk(job, conversation, reply_to, text)
            or await self._note_by_id(job, conversation, reply_to)
        )
        return ResendOutcome.SENT if sent else ResendOutcome.GONE

    async def _note_by_id(self, job: Job, conversation: ConversationKey, reply_to: int) -> bool:
        """What makes it known as AI's is in its picture."""
        if job.note_file_id is None:
            return False
        note = OutgoingNote(job.note_file_id, 0, 0)
        thread_id = conversation.thread_id or None
        try:
            await self._sender.send_video_note(
                conversation.chat_id, note, reply_to=reply_to, thread_id=thread_id
            )
        except _NO_SUCH_ID as failure:
            logger.info("Telegram does not have the note of job %s: %s", job.id, failure)
            return False
        return True

    async def _by_id(
        self, job: Job, conversation: ConversationKey, reply_to: int, text: str
    ) -> bool:
        package = await self._packager.known(job, text)
        if package is None:
            return False
        try:
            await self._send(package, conversation, reply_to)
        except _NO_SUCH_ID as failure:
            logger.info("Telegram does not have the video of job %s: %s", job.id, failure)
            return False
        return True

    async def from_disk(
        self,
        job: Job,
        conversation: ConversationKey,
        reply_to: int,
        text: str,
        forms: Iterable[Form] = Form,
    ) -> bool:
        """Send the kept file in the first of these forms that is taken; False: in none.

        Raises: as `send`.
        """
        for form in forms:
            try:
                package = await self._packager.again(job, form, text)
                sent = await self._send(package, conversation, reply_to)
            except (VideoUnreadable, OSError, MediaWorkerNotStarted) as failure:
                logger.info("the video of job %s is not on disk: %r", job.id, failure)
                return False
            except _NOT_THIS_FORM as failure:
                logger.info("job %s cannot be sent %s: %r", job.id, form.name, failure)
            else:
                await self._remember(job, package, sent)
                return True
        return False

    async def _send(
        self, package: Package, conversation: ConversationKey, reply_to: int
    ) -> SentMessage:
        return await self._sender.send_video(
            conversation.chat_id,
            package.video,
            caption=package.caption,
            reply_to=reply_to,
            thread_id=conversation.thread_id or None,
        )

    async def _remember(self, job: Job, package: Package, sent: SentMessage) -> None:
        async with self._database.transaction() as tx:
            await moves.sent_again(
                tx,
                job.id,
                sent.video_file_id,
                as_file=package.video.as_file,
                thumbnail_id=sent.thumbnail_id,
            )
