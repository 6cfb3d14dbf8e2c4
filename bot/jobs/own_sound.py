"""The voice that a job was ordered with, once more."""

from __future__ import annotations

import logging

from bot.common import Component, Part
from bot.intake.inputs import LongVoice
from bot.media.errors import MediaUnusable
from bot.telegram import errors as chat
from storage import media
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)


class OwnSound(Component):
    """Fetches it from Telegram."""

    long_voice = Part(LongVoice)

    async def of(self, job: Job) -> bytes | None:
        """As it was handed over, all of it; None where it cannot be had any more.

        Raises: `TelegramFailure`s that a later attempt may not meet.
        """
        item = await media.get(self.database, job.voice_id)
        if item is None:
            return None
        made = self.long_voice.whole if item.in_parts else self.long_voice.short
        try:
            return await made(item, await self.files.download(item.file_id, item.file_size_bytes))
        except (chat.FormRefused, MediaUnusable) as failure:
            logger.warning("job %s: its voice cannot be had any more: %r", job.id, failure)
            return None
