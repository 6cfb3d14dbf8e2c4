"""A voice made fit to be sent on: listened to, cut and joined in processes of their own.

They take so long that others would wait for them; each piece of work gets its own guarded process,
one at a time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bot.media.calls import cut_sound, join_and_label, level_sound, plan_sound, record_clips
from bot.media.errors import SoundFault, SoundRefused
from bot.media.exchange import SoundPlan, Span, TaskVideo
from bot.media.sound.lengths import LONGEST_MILLISECONDS
from bot.media.worker.client import MediaWorker
from bot.media.worker.limits import DECODING, RENDERING, WorkerLimits
from storage.media import Media

Result = TypeVar("Result")

_MOST_MILLISECONDS = 300_000
"""What is read at all: the same under every setting, so that what was accepted stays acceptable."""
LISTENING = WorkerLimits(
    DECODING.address_space_bytes, cpu_seconds=120, wall_seconds=300.0, writes_files=False
)
"""Five minutes of stereo take 3 s and 330 MiB beside the libraries."""
JOINING = WorkerLimits(
    RENDERING.address_space_bytes, cpu_seconds=1800, wall_seconds=3600.0, writes_files=True
)
"""Every picture is encoded anew: five minutes at 480P take about a minute."""


def plan_of(item: Media) -> SoundPlan | None:
    """How the voice may be cut; None of one that is short enough, or too long for any."""
    if item.plan is None:
        return None
    kept = json.loads(item.plan)
    clips = tuple((begin, end) for begin, end in kept["clips"])
    return SoundPlan(kept["duration_milliseconds"], tuple(kept["cuts"]), clips)


class LongVoice:
    """Everything takes the file as it came; the same file gives the same result each time.

    The methods raise SoundRefused, MediaWorkerDied, MediaWorkerNotStarted.
    """

    def __init__(self, longest_milliseconds: int) -> None:
        self._longest_milliseconds = longest_milliseconds
        self._turn = asyncio.Lock()

    async def plan(self, item: Media, data: bytes) -> SoundPlan:
        """How it may be cut; SoundRefused (TOO_LONG) above the operator's limit."""
        if self._longest_milliseconds <= LONGEST_MILLISECONDS:
            raise SoundRefused(SoundFault.TOO_LONG)
        made: SoundPlan = await self._listen(plan_sound, item, data)
        if made.duration_milliseconds > self._longest_milliseconds:
            raise SoundRefused(SoundFault.TOO_LONG, made.duration_milliseconds)
        return made

    async def cut(self, item: Media, data: bytes, spans: tuple[Span, ...]) -> tuple[bytes, ...]:
        """These spans as WAVs for the provider."""
        return await self._listen(cut_sound, item, data, spans)

    async def clips(self, item: Media, data: bytes, spans: tuple[Span, ...]) -> tuple[bytes, ...]:
        """These spans as voice notes."""
        return await self._listen(record_clips, item, data, spans)

    async def whole(self, item: Media, data: bytes) -> bytes:
        """All of it as one WAV."""
        return await self._listen(level_sound, item, data)

    async def join(
        self, videos: tuple[TaskVideo, ...], sound_wav: bytes | None, target: Path, produce_id: str
    ) -> None:
        """One of these; raises VideoUnreadable and LabelNotWritten too."""
        async with self._turn, MediaWorker(JOINING) as worker:
            await worker.run(join_and_label, videos, sound_wav, target, produce_id)

    async def _listen(
        self, function: Callable[..., Result], item: Media, data: bytes, *args: object
    ) -> Result:
        async with self._turn, MediaWorker(LISTENING) as worker:
            levelled = bool(item.levelled)
            return await worker.run(function, data, _MOST_MILLISECONDS, levelled, *args)
