"""An earlier video once more, for nothing: by Telegram's ids, else from the kept file."""

from __future__ import annotations

import logging
from enum import StrEnum

from bot.common import Component, Part
from bot.delivery.package import MADE, Copy, SendRequest
from bot.delivery.send_video import VideoSender, Withdrawn
from bot.media.errors import MediaFailure
from bot.telegram import errors as chat
from bot.telegram.destination import Destination
from storage.jobs import deliveries, videos
from storage.jobs.deliveries import Form
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)

_GONE = (Withdrawn, chat.FileGone, chat.FileTooBig, MediaFailure, OSError)


class WantedAs(StrEnum):
    """How a video is had again; of buttons, and as stored."""

    VIDEO = "video"
    NOTE = "note"
    LAST = "last"
    """As it came, in answer to /last."""
    REPORTED = "reported"
    """As a video, for an administrator."""


_TEXTS = {
    WantedAs.VIDEO: "video-again",
    WantedAs.NOTE: "video-again",
    WantedAs.LAST: "video-last",
    WantedAs.REPORTED: "report-video",
}


class VideoGone(Exception):
    """Neither Telegram nor the disk has it, or it is not to be shown any more."""


class EarlierVideos(Component):
    """Nothing is rendered, and mostly nothing is uploaded."""

    videos = Part(VideoSender)

    async def send(
        self, job: Job, cause: str, destinations: tuple[Destination, ...], wanted_as: WantedAs
    ) -> int:
        """This job's video, once for this cause; the chat in which it is.

        Raises: VideoGone; `TelegramFailure`s: after `SendUnknown` it may be there, and for a round
        note `Refused` also says that none is taken.
        """
        copies = await self._copies(job, wanted_as)
        request = SendRequest(job, cause, destinations, copies, _TEXTS[wanted_as])
        gone = _GONE if wanted_as is WantedAs.NOTE else (*_GONE, chat.RequestInvalid)
        try:
            chat_id = await self.videos.send(request)
        except gone as failure:
            logger.info("job %s cannot be sent once more: %r", job.id, failure)
            raise VideoGone(str(failure)) from failure
        if await videos.is_withdrawn(self.database, job):  # meanwhile
            await self.database.do(deliveries.want_removed, job.id, cause)
        return chat_id

    async def _copies(self, job: Job, wanted_as: WantedAs) -> tuple[Copy, ...]:
        """The newest that Telegram has of it come first; nothing is rounded for a video."""
        known = [
            Copy(Form(delivery.form), delivery.file_id, delivery.sha256)
            for delivery in await deliveries.with_files(self.database, job.id)
        ]
        notes = [copy for copy in known if copy.form is Form.ROUND][:1]
        files = [copy for copy in known if copy.form is not Form.ROUND][:1]
        if wanted_as is WantedAs.NOTE:
            return (*notes, Copy(Form.ROUND))
        first = await deliveries.first_of(self.database, job)
        if wanted_as is WantedAs.LAST and first is not None and first.form == Form.ROUND:
            return (*notes, *files, *MADE)
        return (*files, *MADE, *notes)
