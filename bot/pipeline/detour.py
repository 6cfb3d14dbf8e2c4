"""A video that its group does not take goes to its person's private chat instead.

A text is sent there first and remembered; editing it into the video can be repeated without harm.
"""

from __future__ import annotations

import logging

from bot.pipeline.arrivals import Arrivals
from bot.pipeline.conversation import Conversation
from bot.pipeline.packing import Form, Packing, Parcel
from bot.telegram.errors import MessageGone, NotAllowed, RequestInvalid, TelegramFailure
from bot.telegram.outgoing import SentMessage
from bot.telegram.pace import is_group
from bot.telegram.sender import Sender
from storage import detours, groups
from storage.database import Database
from storage.detours import Detour
from storage.jobs import Job

logger = logging.getLogger(__name__)


class Detours:
    """Opens detours and goes along them."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        packing: Packing,
        conversation: Conversation,
        arrivals: Arrivals,
    ) -> None:
        self._database = database
        self._sender = sender
        self._packing = packing
        self._conversation = conversation
        self._arrivals = arrivals

    async def is_open(self, job: Job) -> bool:
        """Whether the video goes elsewhere already."""
        return await detours.of_job(self._database, job.id) is not None

    async def bring(self, job: Job) -> SentMessage:
        """Bring the video to the private chat; doing it twice shows it once.

        Raises: `TelegramFailure`s, `RequestInvalid` for a job that has no other chat.
        """
        if not is_group(job.chat_id):
            raise RequestInvalid("a private chat has no detour")
        detour = await detours.of_job(self._database, job.id) or await self._open(job)
        parcel = await self._packing.first(job, Form.WHOLE)
        try:
            return await self._edit(detour, parcel)
        except MessageGone as failure:
            logger.info("the detour of job %s is gone: %s", job.id, failure)
            return await self._edit(await self._open(job), parcel)

    async def _open(self, job: Job) -> Detour:
        texts = await self._conversation.texts_for(job.user_id)
        title = (await groups.settings_of(self._database, job.chat_id)).title
        sent = await self._sender.send_text(job.user_id, texts.html("detour-here", group=title))
        detour = Detour(job.id, job.user_id, sent.message_id)
        async with self._database.transaction() as tx:
            await detours.take(tx, detour)
        return detour

    async def _edit(self, detour: Detour, parcel: Parcel) -> SentMessage:
        return await self._sender.edit_into_video(
            detour.chat_id, detour.message_id, parcel.video, caption=parcel.caption
        )

    async def note_refused(self, job: Job, failure: Exception) -> None:
        """The group's members are told once what it does not let the bot do."""
        if not is_group(job.chat_id) or not isinstance(failure, NotAllowed):
            return
        try:
            await self._arrivals.refused(job.chat_id, "videos", job.user_id)
        except TelegramFailure as trouble:
            logger.info("chat %s is not told what is missing: %s", job.chat_id, trouble)
