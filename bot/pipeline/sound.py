"""The check of a sound: normalised on this machine, then handed to the provider."""

from __future__ import annotations

import logging

from bot.media.sound_errors import SoundFault, SoundRefused
from bot.media.worker import MediaWorker, MediaWorkerDied
from bot.pipeline.engines import EngineChoice
from bot.pipeline.halves import Outcome
from bot.pipeline.long_voice import LongVoice, Plan
from bot.pipeline.stops import Stops
from storage.media import Media, MediaState
from storage.stops import Work

logger = logging.getLogger(__name__)

_NOISY_BELOW_DB = 15.0


class SoundCheck:
    """Normalises a sound and hands it over; of a long one it finds out how it may be cut."""

    def __init__(
        self, worker: MediaWorker, long_voice: LongVoice, choice: EngineChoice, stops: Stops
    ) -> None:
        self._worker = worker
        self._long_voice = long_voice
        self._engine_for = choice
        self._stops = stops

    async def check(self, half: Media, data: bytes) -> Outcome:
        """Raises: SoundRefused, MediaWorkerDied, MediaWorkerNotStarted, DashScopeError."""
        plan = Plan.of(half)
        if plan is not None and half.in_parts:
            return Outcome.ready({"duration_milliseconds": plan.length})
        if half.from_milliseconds:
            return await self._piece(half, data)
        try:
            sound = await self._worker.normalise_sound(
                data, limit_milliseconds=half.limit_milliseconds, levelled=bool(half.levelled)
            )
        except SoundRefused as refusal:
            if refusal.fault is not SoundFault.TOO_LONG:
                raise
            return await self._asked(half, data, refusal)
        ratio = sound.signal_to_noise_db
        noisy = float(ratio is not None and ratio < _NOISY_BELOW_DB)
        return await self._handed_over(half, sound.wav, sound.duration_milliseconds, noisy=noisy)

    async def _piece(self, half: Media, data: bytes) -> Outcome:
        """The piece that its sender chose."""
        length = half.limit_milliseconds or 0
        span = (half.from_milliseconds, half.from_milliseconds + length)
        (wav,) = await self._long_voice.pieces(half, data, (span,))
        return await self._handed_over(half, wav, length, noisy=0.0)

    async def _handed_over(
        self, half: Media, wav: bytes, milliseconds: int, *, noisy: float
    ) -> Outcome:
        engine = await self._engine_for.of(half)
        async with self._stops.of(engine.name).noting(Work.KEEP):
            uploaded = await engine.keep("voice.wav", wav)
        facts = {
            "duration_milliseconds": milliseconds,
            "upload_url": uploaded.url,
            "upload_expires_at_milliseconds": uploaded.expires_at_milliseconds,
            "upload_engine": engine.name,
        }
        return Outcome.ready(facts, noisy=noisy)

    async def _asked(self, half: Media, data: bytes, refusal: SoundRefused) -> Outcome:
        """What can be made of a sound that is too long for one video; its beginning, at least."""
        try:
            plan = await self._long_voice.plan(half, data)
        except (SoundRefused, MediaWorkerDied) as failure:
            logger.info("half %s cannot be cut into parts: %r", half.id, failure)
            raise refusal from failure
        seconds = {"seconds": plan.length / 1000}
        return Outcome(MediaState.ASKED, "too_long", {"plan": plan.kept()}, seconds)
