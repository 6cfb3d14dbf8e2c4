"""The check of a sound: normalised on this machine, then handed to the provider."""

from __future__ import annotations

from bot.media.worker import MediaWorker
from bot.pipeline.engine import Engine
from bot.pipeline.halves import Outcome
from bot.pipeline.stops import Stops
from storage.media import Media
from storage.stops import Work

_NOISY_BELOW_DB = 15.0


class SoundCheck:
    """Normalises a sound and hands it over."""

    def __init__(self, worker: MediaWorker, engine: Engine, stops: Stops) -> None:
        self._worker = worker
        self._engine = engine
        self._stops = stops

    async def check(self, half: Media, data: bytes) -> Outcome:
        """Raises: SoundRefused, MediaWorkerDied, DashScopeError."""
        sound = await self._worker.normalise_sound(data, limit_milliseconds=half.limit_milliseconds)
        async with self._stops.noting(Work.KEEP):
            uploaded = await self._engine.keep("voice.wav", sound.wav)
        facts = {
            "duration_milliseconds": sound.duration_milliseconds,
            "upload_url": uploaded.url,
            "upload_expires_at_milliseconds": uploaded.expires_at_milliseconds,
        }
        ratio = sound.signal_to_noise_db
        return Outcome.ready(facts, noisy=float(ratio is not None and ratio < _NOISY_BELOW_DB))
