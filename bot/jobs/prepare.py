"""Preparation: photo and voice are at the provider, fresh enough to outlast the wait."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from bot.common import CommonServices, Component
from bot.engines.base import Engine, Ticket
from bot.engines.face_check import Detection
from bot.engines.registry import Engines
from bot.intake.inputs import LongVoice, span_of
from bot.intake.photo import box_of, normalised
from bot.media.calls import normalise_sound
from bot.media.errors import MediaUnusable
from bot.media.exchange import NormalisedPicture
from storage import media
from storage.jobs import job_parts
from storage.jobs.jobs import WAITING, Job
from storage.media import Media

_OUTLAST_MILLISECONDS = 6 * 3600 * 1000
_LEAST_MILLISECONDS = 3600 * 1000
"""With less left, the copies might be gone before the provider reads them."""


class MediaLost(Exception):
    """A media item can no longer be had from Telegram in the form that was accepted."""


class PhotoUnsuitable(Exception):
    """The engine's own detection refuses the photo that another engine took."""

    def __init__(self, code: str | None) -> None:
        super().__init__(code or "no reason")
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Preparation(Component):
    """Uploads again what the provider will have forgotten; the sources are Telegram's copies.

    The parts of a whole are cut together: whichever comes first brings the others' pieces too.
    """

    common: CommonServices
    long_voice: LongVoice
    engines: Engines
    detection: Detection
    _turns: WeakValueDictionary[int, asyncio.Lock] = field(
        init=False, default_factory=WeakValueDictionary
    )

    async def prepare(self, job: Job) -> None:
        """Raises: MediaLost, PhotoUnsuitable, NoVerdict, TooManyChecks, BudgetExhausted,
        `TelegramFailure`, `DashScopeError`.
        """
        engine = self.engines.of(job.engine)
        for item in await self._items(job):
            if job.whole_id is not None and not item.is_photo:
                await self._cut(job, job.whole_id, item)
            elif not self._is_for(engine.name, item):
                await self._hand_over(item, engine)
            elif self._expires_soon(item.upload_expires_at_milliseconds):
                await self._upload_again(item, engine)

    async def is_outdated(self, job: Job) -> bool:
        """Whether its copies are gone, or soon will be, or are another engine's by now.

        Raises: MediaLost.
        """
        limit = self.clock.now_milliseconds() + _LEAST_MILLISECONDS
        photo, voice = await self._items(job)
        expires_at = voice.upload_expires_at_milliseconds
        if job.whole_id is not None:
            expires_at = job.part_url_expires_at_milliseconds
        elif not self._is_for(job.engine, voice):
            return True
        if not self._is_for(job.engine, photo):
            return True
        return min(photo.upload_expires_at_milliseconds or 0, expires_at or 0) < limit

    async def ticket(self, job: Job) -> Ticket:
        """What the engine needs for this job; raises MediaLost."""
        photo, voice = await self._items(job)
        sound_url = voice.upload_url if job.whole_id is None else job.part_url
        if photo.upload_url is None or sound_url is None:
            raise MediaLost(f"job {job.id} has a media item that was never uploaded")
        return Ticket(
            job.id,
            photo.upload_url,
            sound_url,
            job.resolution,
            box_of(photo.face_bbox),
            box_of(photo.ext_bbox),
        )

    async def expire(self, job: Job) -> None:
        """The provider could not read the copies: the next preparation makes new ones."""
        async with self.database.transaction() as tx:
            for item in await self._items(job):
                await media.set_upload(tx, item.id, item.upload_url or "", 0)
            if job.whole_id is not None:
                await job_parts.set_copy(tx, job.id, job.part_url, 0)

    async def _items(self, job: Job) -> tuple[Media, Media]:
        photo = await media.get(self.database, job.photo_id)
        voice = await media.get(self.database, job.voice_id)
        if photo is None or voice is None:
            raise MediaLost(f"a half of job {job.id} is not in the database")
        return photo, voice

    def _expires_soon(self, expires_at_milliseconds: int | None) -> bool:
        soon = self.clock.now_milliseconds() + _OUTLAST_MILLISECONDS
        return (expires_at_milliseconds or 0) < soon

    async def _cut(self, part: Job, whole_id: int, voice: Media) -> None:
        """Hand over the pieces of this part and of those that wait like it."""
        async with self._turns.setdefault(whole_id, asyncio.Lock()):
            waiting = [
                other
                for other in await job_parts.parts_of(self.database, whole_id)
                if other.state in WAITING
                and self._expires_soon(other.part_url_expires_at_milliseconds)
            ]
            if part.id not in {other.id for other in waiting}:
                return
            for other, wav in zip(waiting, await self._cut_all(voice, waiting), strict=True):
                uploaded = await self.engines.of(part.engine).upload("voice.wav", wav)
                async with self.database.transaction() as tx:
                    await job_parts.set_copy(
                        tx, other.id, uploaded.url, uploaded.expires_at_milliseconds
                    )

    async def _cut_all(self, voice: Media, parts: list[Job]) -> tuple[bytes, ...]:
        data = await self.files.download(voice.file_id, voice.file_size_bytes)
        try:
            return await self.long_voice.cut(voice, data, tuple(map(span_of, parts)))
        except MediaUnusable as error:
            raise MediaLost(f"media item {voice.id} was cut once and cannot be now") from error

    def _is_for(self, engine: str, item: Media) -> bool:
        """Whether its copy was made for that engine: the provider binds it to the model."""
        return (item.upload_engine or self.engines.default.name) == engine

    async def _hand_over(self, item: Media, engine: Engine) -> None:
        """It was handed over for another engine; a photo that one took is new to this one."""
        if not item.is_photo:
            await self._upload_again(item, engine)
            return
        data = await self.files.download(item.file_id, item.file_size_bytes)
        picture = await self._picture(item, data)
        verdict = await self.detection.verdict(engine, item, picture)
        if not verdict.passed:
            raise PhotoUnsuitable(verdict.code)
        uploaded = await engine.upload("photo.jpg", picture.jpeg)
        until = uploaded.expires_at_milliseconds
        async with self.database.transaction() as tx:
            await media.set_upload(tx, item.id, uploaded.url, until, engine.name)
            await media.set_boxes(tx, item.id, verdict.face_bbox, verdict.ext_bbox)

    async def _upload_again(self, item: Media, engine: Engine) -> None:
        data = await self.files.download(item.file_id, item.file_size_bytes)
        uploaded = await engine.upload(
            "photo.jpg" if item.is_photo else "voice.wav", await self._normalised(item, data)
        )
        until = uploaded.expires_at_milliseconds
        async with self.database.transaction() as tx:
            await media.set_upload(tx, item.id, uploaded.url, until, engine.name)

    async def _picture(self, item: Media, data: bytes) -> NormalisedPicture:
        try:
            return await normalised(self.common.media.decoder, item, data)
        except MediaUnusable as error:
            raise MediaLost(f"media item {item.id} was accepted once and is refused now") from error

    async def _normalised(self, item: Media, data: bytes) -> bytes:
        """The same bytes as before: normalising is deterministic."""
        try:
            if item.from_milliseconds:
                begin = item.from_milliseconds
                span = (begin, begin + (item.limit_milliseconds or 0))
                return (await self.long_voice.cut(item, data, (span,)))[0]
            if item.is_photo:
                return (await self._picture(item, data)).jpeg
            voice = await self.common.media.decoder.run(
                normalise_sound, data, item.limit_milliseconds, bool(item.levelled)
            )
            return voice.wav
        except MediaUnusable as error:
            raise MediaLost(f"media item {item.id} was accepted once and is refused now") from error
