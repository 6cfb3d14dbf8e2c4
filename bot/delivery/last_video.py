"""An earlier video once more: by the id under which Telegram has it, else from the kept file."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import Enum, auto

from bot.common import CommonServices, Component
from bot.delivery.package import Form, Package, Packager
from bot.media.errors import MediaNotMade
from bot.media.video.errors import VideoUnreadable
from bot.media.worker.client import MediaWorkerNotStarted
from bot.telegram import errors as chat
from bot.telegram.destination import Destination
from bot.telegram.outgoing import OutgoingNote, SentMessage
from storage.jobs import moves, videos
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)


class ResendOutcome(Enum):
    """What became of it."""

    SENT = auto()
    NONE_YET = auto()
    GONE = auto()


@dataclass(frozen=True, kw_only=True)
class LastVideo(Component):
    """Costs nothing: nothing is rendered, and mostly nothing is uploaded."""

    common: CommonServices
    packager: Packager

    async def send(self, user_id: int, destination: Destination) -> ResendOutcome:
        """Send the person's last video of this chat there.

        Raises: `TelegramFailure`s; after `SendUnknown` it may be there.
        """
        job = await videos.last_of(self.database, user_id, destination.chat_id)
        if job is None:
            return ResendOutcome.NONE_YET
        if job.came_as_note and await self._note_by_id(job, destination):
            return ResendOutcome.SENT
        return await self.send_video(job, destination)

    async def send_video(
        self, job: Job, destination: Destination, text: str = "video-last"
    ) -> ResendOutcome:
        """Send this job's video, with that text; as a round note where nothing else is left.

        Raises: as `send`.
        """
        sent = (
            await self._by_id(job, destination, text)
            or await self._from_disk(job, destination, text)
            or await self._note_by_id(job, destination)
        )
        return ResendOutcome.SENT if sent else ResendOutcome.GONE

    async def _note_by_id(self, job: Job, destination: Destination) -> bool:
        """What makes it known as AI's is in its picture."""
        if job.note_file_id is None:
            return False
        note = OutgoingNote(job.note_file_id, 0, 0)
        try:
            await self.sender.send_video_note(destination, note)
        except chat.FormRefused as failure:
            logger.info("Telegram does not have the note of job %s: %s", job.id, failure)
            return False
        return True

    async def _by_id(self, job: Job, destination: Destination, text: str) -> bool:
        package = await self.packager.known(job, text, destination)
        if package is None:
            return False
        try:
            await self._send(package)
        except chat.FormRefused as failure:
            logger.info("Telegram does not have the video of job %s: %s", job.id, failure)
            return False
        return True

    async def _from_disk(self, job: Job, destination: Destination, text: str) -> bool:
        for form in Form:
            try:
                package = await self.packager.again(job, form, text, destination)
                sent = await self._send(package)
            except (VideoUnreadable, OSError, MediaWorkerNotStarted) as failure:
                logger.info("the video of job %s is not on disk: %r", job.id, failure)
                return False
            except (chat.FormRefused, MediaNotMade) as failure:
                logger.info("job %s cannot be sent %s: %r", job.id, form.name, failure)
            else:
                await self._remember(job, package, sent)
                return True
        return False

    async def _send(self, package: Package) -> SentMessage:
        return await self.sender.send_video(
            package.destination, package.video, caption=package.caption
        )

    async def _remember(self, job: Job, package: Package, sent: SentMessage) -> None:
        async with self.database.transaction() as tx:
            await moves.sent_again(
                tx,
                job.id,
                sent.video_file_id,
                as_file=package.video.as_file,
                thumbnail_id=sent.thumbnail_id,
            )
