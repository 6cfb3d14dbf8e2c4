"""Joining: the parts of a whole become its video, under the voice as it was recorded."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from bot.common import CommonServices, Component
from bot.delivery.finish import Finisher
from bot.intake.inputs import LongVoice, span_of
from bot.media.calls import inspect_video
from bot.media.errors import MediaUnusable
from bot.media.exchange import VideoPart
from bot.retry import JOIN
from bot.telegram import errors as chat
from storage import media
from storage.jobs import job_parts, moves
from storage.jobs.jobs import Job, JobState

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Joining(Component):
    """Brings a whole from joining to delivering."""

    common: CommonServices
    long_voice: LongVoice
    finisher: Finisher

    async def join(self, whole: Job) -> None:
        """Join what was kept; a part whose file is gone or broken is fetched once more.

        Raises: `TelegramFailure`s that a later attempt may not meet.
        """
        parts = await job_parts.parts_of(self.database, whole.id)
        kept = [part for part in parts if part.state == JobState.KEPT]
        lost = [part for part in kept if not await self._is_there(part)]
        if lost:
            await self._fetch_again(whole, lost)
            return
        try:
            await self._join(whole, kept)
        except (MediaUnusable, OSError) as failure:
            await self._again(whole, failure)
        else:
            async with self.database.transaction() as tx:
                await job_parts.joined(tx, whole.id)
            logger.info("job %s: %d parts are joined", whole.id, len(kept))

    async def _join(self, whole: Job, kept: list[Job]) -> None:
        parts = tuple(VideoPart(self._path(part), span_of(part)) for part in kept)
        voice = await self._sound(whole)
        target = self._path(whole)
        await self.long_voice.join(parts, voice, target, f"job-{whole.id}")

    async def _sound(self, whole: Job) -> bytes | None:
        """The voice as it was recorded; None where it cannot be had: the parts have it too."""
        item = await media.get(self.database, whole.voice_id)
        if item is None:
            return None
        try:
            data = await self.files.download(item.file_id, item.file_size_bytes)
            return await self.long_voice.whole(item, data)
        except (chat.FormRefused, MediaUnusable) as failure:
            logger.warning("job %s: joined with the voice of its parts: %r", whole.id, failure)
            return None

    async def _is_there(self, part: Job) -> bool:
        path = self._path(part)
        if not await asyncio.to_thread(path.is_file):
            return False
        try:
            await self.common.media.renderer.run(inspect_video, path)
        except MediaUnusable:
            return False
        return True

    async def _fetch_again(self, whole: Job, lost: list[Job]) -> None:
        logger.warning("job %s: %d parts are not on disk and fetched again", whole.id, len(lost))
        for part in lost:
            await asyncio.to_thread(self._path(part).unlink, missing_ok=True)
        async with self.database.transaction() as tx:
            for part in lost:
                await job_parts.lost(tx, part)

    async def _again(self, whole: Job, failure: Exception) -> None:
        """What is paid for is not given up lightly."""
        logger.warning("job %s cannot be joined: %r", whole.id, failure)
        if isinstance(failure, OSError):
            await self.operator.tell("disk", "operator-disk", detail=str(failure))
        elif JOIN.delay_seconds(whole.tries + 1) is None:
            await self._lost(whole, failure)
            return
        delay_seconds = JOIN.endless_delay_seconds(whole.tries + 1)
        async with self.database.transaction() as tx:
            not_before = self.clock.now_milliseconds() + int(delay_seconds * 1000)
            await moves.postpone(tx, whole.id, not_before)

    async def _lost(self, whole: Job, failure: Exception) -> None:
        tasks = [part.task_id for part in await job_parts.parts_of(self.database, whole.id)]
        await self.operator.tell(
            f"lost:{whole.id}",
            "operator-lost",
            job=whole.id,
            task=", ".join(task for task in tasks if task),
            detail=repr(failure),
        )
        await self.finisher.fail(whole, "failed-lost", repr(failure))

    def _path(self, job: Job) -> Path:
        return self.limits.results / f"{job.id}.mp4"
