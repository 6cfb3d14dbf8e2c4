"""Preparation: both halves are at the provider, fresh enough to outlast the wait."""

from __future__ import annotations

from bot.clock import Clock
from bot.media.picture import PictureRefused
from bot.media.sound import SoundRefused
from bot.media.worker import MediaWorker, MediaWorkerDied
from bot.pipeline.engine import Engine, Ticket
from bot.pipeline.photo import box_of
from bot.telegram.files import Files
from storage import media
from storage.database import Database
from storage.jobs import Job
from storage.media import Media

_OUTLAST_MILLISECONDS = 6 * 3600 * 1000
_LEAST_MILLISECONDS = 3600 * 1000
"""With less left, the copies might be gone before the provider reads them."""


class HalfLost(Exception):
    """A half can no longer be had from Telegram in the form that was accepted."""


class Preparation:
    """Uploads again what the provider will have forgotten; the sources are Telegram's copies."""

    def __init__(
        self,
        database: Database,
        files: Files,
        worker: MediaWorker,
        engine: Engine,
        clock: Clock,
    ) -> None:
        self._database = database
        self._files = files
        self._worker = worker
        self._engine = engine
        self._clock = clock

    async def prepare(self, job: Job) -> None:
        """Raises: HalfLost, `TelegramFailure`, `DashScopeError`."""
        for half in await self._halves(job):
            if self._expires_soon(half):
                await self._upload_again(half)

    async def is_outdated(self, job: Job) -> bool:
        """Whether the job waited so long that its copies are gone, or soon will be.

        Raises: HalfLost.
        """
        limit = self._clock.now_milliseconds() + _LEAST_MILLISECONDS
        halves = await self._halves(job)
        return any((half.upload_expires_at_milliseconds or 0) < limit for half in halves)

    async def ticket(self, job: Job) -> Ticket:
        """What the engine needs for this job; raises HalfLost."""
        photo, sound = await self._halves(job)
        if photo.upload_url is None or sound.upload_url is None:
            raise HalfLost(f"job {job.id} has a half that was never uploaded")
        return Ticket(
            job.id,
            photo.upload_url,
            sound.upload_url,
            job.resolution,
            box_of(photo.face_bbox),
            box_of(photo.ext_bbox),
        )

    async def expire(self, job: Job) -> None:
        """The provider could not read the copies: the next preparation makes new ones."""
        async with self._database.transaction() as tx:
            for half in await self._halves(job):
                await media.set_upload(tx, half.id, half.upload_url or "", 0)

    async def _halves(self, job: Job) -> tuple[Media, Media]:
        photo = await media.get(self._database, job.photo_id)
        sound = await media.get(self._database, job.sound_id)
        if photo is None or sound is None:
            raise HalfLost(f"a half of job {job.id} is not in the database")
        return photo, sound

    def _expires_soon(self, half: Media) -> bool:
        expires_at = half.upload_expires_at_milliseconds or 0
        return expires_at < self._clock.now_milliseconds() + _OUTLAST_MILLISECONDS

    async def _upload_again(self, half: Media) -> None:
        data = await self._files.download(half.file_id, half.file_size_bytes)
        uploaded = await self._engine.keep(
            "photo.jpg" if half.is_photo else "voice.wav", await self._normalised(half, data)
        )
        async with self._database.transaction() as tx:
            await media.set_upload(tx, half.id, uploaded.url, uploaded.expires_at_milliseconds)

    async def _normalised(self, half: Media, data: bytes) -> bytes:
        """The same bytes as before: normalising is deterministic."""
        try:
            if half.is_photo:
                return (await self._worker.normalise_picture(data)).jpeg
            limit = half.limit_milliseconds
            return (await self._worker.normalise_sound(data, limit_milliseconds=limit)).wav
        except (PictureRefused, SoundRefused, MediaWorkerDied) as error:
            raise HalfLost(f"half {half.id} was accepted once and is refused now") from error
