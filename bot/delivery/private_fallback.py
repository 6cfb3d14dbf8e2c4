"""A video that its group does not take goes to its person's private chat instead.

A text is sent there first and remembered; editing it into the video can be repeated without harm.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.chat.introduction import Introductions
from bot.chat.messenger import Messenger
from bot.common import CommonServices, Component
from bot.delivery.package import Form, Package, Packager
from bot.telegram.destination import Destination
from bot.telegram.errors import MessageGone, NotAllowed, RequestInvalid, TelegramFailure
from bot.telegram.outgoing import SentMessage
from bot.telegram.rate_limits import is_group
from storage.groups import groups
from storage.jobs import private_fallbacks
from storage.jobs.jobs import Job
from storage.jobs.private_fallbacks import PrivateFallback

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class PrivateFallbacks(Component):
    """Opens detours and goes along them."""

    common: CommonServices
    packager: Packager
    messenger: Messenger
    introductions: Introductions

    async def is_open(self, job: Job) -> bool:
        """Whether the video goes elsewhere already."""
        return await private_fallbacks.of_job(self.database, job.id) is not None

    async def send(self, job: Job) -> SentMessage:
        """Bring the video to the private chat; doing it twice shows it once.

        Raises: `TelegramFailure`s, `RequestInvalid` for a job that has no other chat.
        """
        if not is_group(job.chat_id):
            raise RequestInvalid("a private chat has no other chat to fall back to")
        fallback = await private_fallbacks.of_job(self.database, job.id) or await self._open(job)
        package = await self.packager.first(job, Form.WHOLE)
        try:
            return await self._edit(fallback, package)
        except MessageGone as failure:
            logger.info("the private fallback of job %s is gone: %s", job.id, failure)
            return await self._edit(await self._open(job), package)

    async def _open(self, job: Job) -> PrivateFallback:
        texts = await self.messenger.texts_for(job.user_id)
        title = (await groups.settings_of(self.database, job.chat_id)).title
        text = texts.html("private-fallback-here", group=title)
        sent = await self.sender.send_text(Destination(job.user_id), text)
        fallback = PrivateFallback(job.id, job.user_id, sent.message_id)
        async with self.database.transaction() as tx:
            await private_fallbacks.take(tx, fallback)
        return fallback

    async def _edit(self, fallback: PrivateFallback, package: Package) -> SentMessage:
        return await self.sender.edit_into_video(
            fallback.chat_id, fallback.message_id, package.video, caption=package.caption
        )

    async def note_refused(self, job: Job, failure: Exception) -> None:
        """The group's members are told once what it does not let the bot do."""
        if not is_group(job.chat_id) or not isinstance(failure, NotAllowed):
            return
        try:
            await self.introductions.refused(job.chat_id, "videos", job.user_id)
        except TelegramFailure as trouble:
            logger.info("chat %s is not told what is missing: %s", job.chat_id, trouble)
