"""A delivered video once more as a round note: made of the kept file, or of Telegram's copy."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.common import CommonServices, Component
from bot.delivery.package import Packager
from bot.media.errors import MediaFailure
from bot.telegram import errors as chat
from bot.telegram.destination import Destination
from bot.telegram.outgoing import OutgoingNote
from storage.jobs import moves
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RoundNotes(Component):
    """Costs nothing: nothing is rendered."""

    common: CommonServices
    packager: Packager

    async def send(
        self, job: Job, destination: Destination, before_sending: Callable[[], Awaitable[None]]
    ) -> bool:
        """Send it there; False when there is nothing to make it of.

        Raises: `TelegramFailure`s; after `SendUnknown` it may be there.
        """
        if job.note_file_id is not None:
            await before_sending()
            try:
                await self.sender.send_video_note(destination, OutgoingNote(job.note_file_id, 0, 0))
            except chat.FileGone as failure:
                logger.info("Telegram does not have the note of job %s: %s", job.id, failure)
            else:
                return True
        note = await self._made(job)
        if note is None:
            return False
        await before_sending()
        sent = await self.sender.send_video_note(destination, note)
        if sent.is_note:
            async with self.database.transaction() as tx:
                await moves.sent_as_note(tx, job.id, sent.video_file_id, sent.thumbnail_id)
        return True

    async def _made(self, job: Job) -> OutgoingNote | None:
        """Of the kept file, or of Telegram's copy; raises `chat.TryAgain`."""
        kept = await asyncio.to_thread(self.packager.path(job).exists)
        if not kept and not await self._fetch(job):
            return None
        try:
            return await self.packager.note(job)
        except (MediaFailure, OSError) as failure:
            logger.warning("no round note can be made of job %s: %r", job.id, failure)
            return None

    async def _fetch(self, job: Job) -> bool:
        """Telegram's copy to where the file was kept; it is removed again as that was."""
        if job.video_file_id is None:
            return False
        try:
            data = await self.files.download(job.video_file_id)
        except chat.FormRefused as failure:
            logger.info("the video of job %s cannot be fetched: %s", job.id, failure)
            return False
        await asyncio.to_thread(_write, self.packager.path(job), data)
        return True


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.stem}.copy.mp4")
    part.write_bytes(data)
    part.replace(path)
