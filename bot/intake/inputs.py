"""A long voice made fit to be sent on: how it may be cut, and its pieces."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Self

from bot.media.calls import cut_sound, level_sound, plan_sound, record_clips
from bot.media.exchange import Span
from bot.media.processes import MediaProcesses
from bot.media.sound.errors import SoundFault, SoundRefused
from bot.media.sound.lengths import LONGEST_MILLISECONDS
from storage.media import Media

_MOST_MILLISECONDS = 300_000
"""What is read at all: the same under every setting, so that what was accepted stays acceptable."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a long voice may be cut, as the database keeps it; in milliseconds."""

    length: int
    cuts: tuple[int, ...]
    clips: tuple[Span, ...]

    @classmethod
    def of(cls, item: Media) -> Self | None:
        """The voice's plan; None of one that is short enough, or too long for any."""
        if item.plan is None:
            return None
        kept = json.loads(item.plan)
        clips = tuple((begin, end) for begin, end in kept["clips"])
        return cls(kept["length"], tuple(kept["cuts"]), clips)

    def kept(self) -> str:
        """As the database keeps it."""
        return json.dumps(asdict(self))


class LongVoice:
    """Everything takes the file as it came; the same file gives the same result each time.

    The methods raise SoundRefused, MediaWorkerDied, MediaWorkerNotStarted.
    """

    def __init__(self, media: MediaProcesses, longest_milliseconds: int) -> None:
        self._media = media
        self._longest_milliseconds = longest_milliseconds

    async def plan(self, item: Media, data: bytes) -> Plan:
        """How it may be cut; SoundRefused (TOO_LONG) above the operator's limit."""
        if self._longest_milliseconds <= LONGEST_MILLISECONDS:
            raise SoundRefused(SoundFault.TOO_LONG)
        levelled = bool(item.levelled)
        made = await self._media.run(plan_sound, data, _MOST_MILLISECONDS, levelled)
        if made.duration_milliseconds > self._longest_milliseconds:
            raise SoundRefused(SoundFault.TOO_LONG, made.duration_milliseconds)
        return Plan(made.duration_milliseconds, made.cuts, made.clips)

    async def cut(self, item: Media, data: bytes, spans: tuple[Span, ...]) -> tuple[bytes, ...]:
        """These spans as WAVs for the provider."""
        levelled = bool(item.levelled)
        return await self._media.run(cut_sound, data, _MOST_MILLISECONDS, levelled, spans)

    async def clips(self, item: Media, data: bytes, spans: tuple[Span, ...]) -> tuple[bytes, ...]:
        """These spans as voice notes."""
        levelled = bool(item.levelled)
        return await self._media.run(record_clips, data, _MOST_MILLISECONDS, levelled, spans)

    async def whole(self, item: Media, data: bytes) -> bytes:
        """All of it as one WAV."""
        return await self._media.run(level_sound, data, _MOST_MILLISECONDS, bool(item.levelled))
