"""The check of a voice: normalised on this machine, then handed to the provider."""

from __future__ import annotations

import logging

from bot.common import Component, Part
from bot.config.engines import ENGINES
from bot.engines.outages import Outages
from bot.engines.registry import Engines
from bot.intake.inputs import LongVoice, plan_of, stored
from bot.intake.outcome import NO_SPEECH, MediaOutcome
from bot.media.calls import normalise_sound
from bot.media.errors import MediaUnusable, SoundFault, SoundRefused
from bot.media.exchange import SoundPlan
from storage.media import Media, MediaState
from storage.outages import Work

logger = logging.getLogger(__name__)

_NOISY_BELOW_DB = 15.0


class VoiceCheck(Component):
    """Normalises a voice and hands it over; of a long one it finds out how it may be cut."""

    long_voice = Part(LongVoice)
    engines = Part(Engines)
    outages = Part(Outages)

    async def check(self, item: Media, data: bytes) -> MediaOutcome:
        """Raises: SoundRefused, MediaWorkerDied, MediaNotNow, DashScopeError."""
        plan = plan_of(item)
        if plan is not None and item.in_parts:
            return _whole(plan)
        if item.from_milliseconds:
            wav = await self.long_voice.handed_over(item, data)
            return await self._handed_over(item, wav, item.limit_milliseconds or 0)
        try:
            voice = await self.common.media.run(
                normalise_sound, data, item.limit_milliseconds, bool(item.levelled)
            )
        except SoundRefused as refusal:
            if refusal.fault is not SoundFault.TOO_LONG:
                raise
            return await self._asked(item, data, refusal)
        if not voice.speaks and not item.insisted:
            return MediaOutcome.asked(NO_SPEECH)
        ratio = voice.signal_to_noise_db
        noisy = float(ratio is not None and ratio < _NOISY_BELOW_DB)
        return await self._handed_over(item, voice.wav, voice.duration_milliseconds, noisy)

    async def _handed_over(
        self, item: Media, wav: bytes, milliseconds: int, noisy: float = 0.0
    ) -> MediaOutcome:
        engine = await self.engines.for_new(item, self)
        async with self.outages.of(engine.name).noting(Work.UPLOAD):
            uploaded = await engine.upload("voice.wav", wav)
        facts = {
            "duration_milliseconds": milliseconds,
            "upload_url": uploaded.url,
            "upload_expires_at_milliseconds": uploaded.expires_at_milliseconds,
            "upload_engine": engine.name,
        }
        return MediaOutcome.ready(facts, noisy=noisy)

    async def _asked(self, item: Media, data: bytes, refusal: SoundRefused) -> MediaOutcome:
        """What can be made of a voice that is too long for one video; its beginning, at least."""
        try:
            plan = await self.long_voice.plan(item, data)
        except MediaUnusable as failure:
            logger.info("media item %s cannot be cut into parts: %r", item.id, failure)
            raise refusal from failure
        if not plan.speaks and not item.insisted:
            return MediaOutcome.asked(NO_SPEECH)
        if plan.duration_milliseconds <= await self._longest(item):
            return _whole(plan)
        seconds = {"seconds": plan.duration_milliseconds / 1000}
        return MediaOutcome(MediaState.ASKED, "too_long", {"plan": stored(plan)}, seconds)

    async def _longest(self, item: Media) -> int:
        engine = await self.engines.for_new(item, self)
        return ENGINES[engine.name].longest_milliseconds


def _whole(plan: SoundPlan) -> MediaOutcome:
    """All of it, in as many tasks as the engine needs: it is handed over when it is made."""
    facts = {
        "duration_milliseconds": plan.duration_milliseconds,
        "plan": stored(plan),
        "in_parts": 1,
        "upload_expires_at_milliseconds": 0,
    }
    return MediaOutcome.ready(facts)
