"""A voice made fit to be sent on: a long one may be cut, into its pieces."""

from __future__ import annotations

import logging
from itertools import pairwise

from pydantic import TypeAdapter

from bot.common import Component
from bot.config.amounts import SECOND, whole
from bot.config.engines import ENGINES
from bot.media.calls import cut_sound, level_sound, normalise_sound, plan_sound, record_clips
from bot.media.errors import MediaUnusable, SoundFault, SoundRefused
from bot.media.exchange import SoundPlan, Span
from bot.media.sound.lengths import LONGEST_MILLISECONDS
from bot.telegram.errors import FormRefused
from storage.jobs import jobs
from storage.jobs.jobs import Job
from storage.media import Media

logger = logging.getLogger(__name__)

_MOST_MILLISECONDS = 300_000
"""What is read at all: the same under every setting, so that what was accepted stays acceptable."""


_PLANS = TypeAdapter(SoundPlan)


def plan_of(item: Media) -> SoundPlan | None:
    """How the voice may be cut; None of one that is short enough, or too long for any."""
    return None if item.plan is None else _PLANS.validate_json(item.plan)


def stored(plan: SoundPlan) -> str:
    """The plan as the database keeps it."""
    return _PLANS.dump_json(plan).decode()


def cuts_for(engine: str, plan: SoundPlan) -> tuple[int, ...]:
    """Those of the cuts that the engine needs: some make more in one."""
    longest, begin, needed = ENGINES[engine].longest_milliseconds, 0, []
    for here, after in pairwise((*plan.cuts, plan.duration_milliseconds)):
        if after - begin > longest:
            needed.append(here)
            begin = here
    return tuple(needed)


class LongVoice(Component):
    """Everything takes the file as it came; the same file gives the same result each time.

    The methods raise SoundRefused, MediaWorkerDied, MediaNotNow.
    """

    async def plan(self, item: Media, data: bytes) -> SoundPlan:
        """How it may be cut; SoundRefused (TOO_LONG) above the operator's limit, and of any long
        one where there is not the memory to join its parts: they would be paid for in vain.
        """
        longest = whole(self.limits.longest_voice_seconds, SECOND)
        if longest <= LONGEST_MILLISECONDS or not self.common.media.room.is_enough:
            raise SoundRefused(SoundFault.TOO_LONG)
        levelled = bool(item.levelled)
        made = await self.common.media.run(plan_sound, data, _MOST_MILLISECONDS, levelled)
        if made.duration_milliseconds > longest:
            raise SoundRefused(SoundFault.TOO_LONG, made.duration_milliseconds)
        return made

    async def cut(self, item: Media, data: bytes, spans: tuple[Span, ...]) -> tuple[bytes, ...]:
        """These spans as WAVs for the provider."""
        levelled = bool(item.levelled)
        return await self.common.media.run(cut_sound, data, _MOST_MILLISECONDS, levelled, spans)

    async def clips(self, item: Media, data: bytes, spans: tuple[Span, ...]) -> tuple[bytes, ...]:
        """These spans as voice messages."""
        levelled = bool(item.levelled)
        return await self.common.media.run(record_clips, data, _MOST_MILLISECONDS, levelled, spans)

    async def handed_over(self, item: Media, data: bytes) -> bytes:
        """What is spoken of it, as one WAV: all, where it is made in parts."""
        run, limit, levelled = self.common.media.run, item.limit_milliseconds, bool(item.levelled)
        if item.in_parts:
            return await run(level_sound, data, _MOST_MILLISECONDS, levelled)
        if item.from_milliseconds:
            span = (item.from_milliseconds, item.from_milliseconds + (limit or 0))
            return (await self.cut(item, data, (span,)))[0]
        return (await run(normalise_sound, data, limit, levelled)).wav

    async def of_job(self, job: Job) -> bytes | None:
        """The voice that a job was ordered with, once more; None where it cannot be had any more.

        Raises: `TelegramFailure`s that a later attempt may not meet.
        """
        _, item = await jobs.items_of(self.database, job)
        try:
            data = await self.files.download(item.file_id, item.file_size_bytes)
            return await self.handed_over(item, data)
        except (FormRefused, MediaUnusable) as failure:
            logger.warning("job %s: its voice cannot be had any more: %r", job.id, failure)
            return None
