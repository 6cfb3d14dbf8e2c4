"""An earlier video once more, for nothing: by Telegram's ids, else from the kept file."""

from __future__ import annotations

import logging
from enum import Enum, auto

from bot.common import Component
from bot.delivery.package import MADE, Copy, SendRequest
from bot.delivery.remove_video import remove_video
from bot.delivery.send_video import VideoSender
from bot.media.errors import MediaFailure
from bot.telegram import errors as chat
from bot.telegram.destination import Destination
from storage.jobs import deliveries, videos
from storage.jobs.deliveries import Form
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)

_GONE = (chat.FileGone, chat.FileTooBig, MediaFailure, OSError)
_NOT_TAKEN = (*_GONE, chat.RequestInvalid)


class ResendOutcome(Enum):
    """What became of it."""

    SENT = auto()
    NONE_YET = auto()
    GONE = auto()
    WITHDRAWN = auto()
    """It is not to be shown any more."""


class EarlierVideos(Component):
    """Nothing is rendered, and mostly nothing is uploaded.

    Its methods raise `TelegramFailure`s; after `SendUnknown` the video may be there.
    """

    videos: VideoSender

    async def send_last(self, user_id: int, there: Destination) -> ResendOutcome:
        """The person's last video of this chat, as it came, in answer to that message."""
        job = await videos.last_of(self.database, user_id, there.chat_id)
        if job is None:
            return ResendOutcome.NONE_YET
        first = await deliveries.first_of(self.database, job)
        as_note = first is not None and first.form == Form.ROUND
        cause = f"last:{there.chat_id}:{there.reply_to}"
        known, note = await self._known(job)
        copies = (*note, *known, *MADE) if as_note else (*known, *MADE, *note)
        return await self._send(SendRequest(job, cause, there, copies, "video-last"), _NOT_TAKEN)

    async def send(self, job: Job, cause: str, there: Destination, text: str) -> ResendOutcome:
        """This job's video, with that text; as a round note where nothing else is left."""
        known, note = await self._known(job)
        copies = (*known, *MADE, *note)
        return await self._send(SendRequest(job, cause, there, copies, text), _NOT_TAKEN)

    async def send_note(self, job: Job, cause: str, there: Destination) -> ResendOutcome:
        """This job's video as a round note; raises also `Refused` where none is taken."""
        _, note = await self._known(job)
        copies = (*note, Copy(Form.ROUND))
        return await self._send(SendRequest(job, cause, there, copies, "video-again"), _GONE)

    async def _known(self, job: Job) -> tuple[list[Copy], list[Copy]]:
        """The newest that Telegram has of it: as a video, and as a round note."""
        known = [
            Copy(Form(delivery.form), delivery.file_id, delivery.sha256)
            for delivery in await deliveries.with_files(self.database, job.id)
        ]
        notes = [copy for copy in known if copy.form is Form.ROUND]
        return [copy for copy in known if copy not in notes][:1], notes[:1]

    async def _send(self, request: SendRequest, gone: tuple[type[Exception], ...]) -> ResendOutcome:
        if await videos.is_withdrawn(self.database, request.job):
            return ResendOutcome.WITHDRAWN
        try:
            await self.videos.send(request)
        except gone as failure:
            logger.info("job %s cannot be sent once more: %r", request.job.id, failure)
            return ResendOutcome.GONE
        if await videos.is_withdrawn(self.database, request.job):  # meanwhile
            await remove_video(self, request.job)
        return ResendOutcome.SENT
