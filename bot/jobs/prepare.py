"""Preparation: photo and voice are at the provider, fresh enough to outlast the wait."""

from __future__ import annotations

from dataclasses import field

from bot.common import Component, Part
from bot.engines.base import Engine, Ticket
from bot.engines.face_check import Detection
from bot.engines.registry import Engines
from bot.gate import Way
from bot.intake.inputs import LongVoice
from bot.intake.photo import box_of, normalised
from bot.media.exchange import NormalisedPicture
from bot.task_pool import KeyedLocks
from storage import media
from storage.jobs import jobs, task_moves, tasks
from storage.jobs.tasks import WAITING, Task
from storage.media import Media

_OUTLAST_MILLISECONDS = 6 * 3600 * 1000
_LEAST_MILLISECONDS = 3600 * 1000
"""With less left, the copies might be gone before the provider reads them."""


class PhotoUnsuitable(Exception):
    """The engine's own detection refuses the photo that another engine took."""

    def __init__(self, code: str | None) -> None:
        super().__init__(code or "no reason")
        self.code = code


class Preparation(Component):
    """Uploads again what the provider will have forgotten; the sources are Telegram's copies.

    The tasks of a job are cut together: whichever comes first brings the others' cuts too.
    """

    long_voice = Part(LongVoice)
    engines = Part(Engines)
    detection = Part(Detection)
    _locks: KeyedLocks = field(init=False, default_factory=KeyedLocks)

    async def prepare(self, task: Task) -> None:
        """Raises: PhotoUnsuitable, NoVerdict, RuleRefused, `TelegramFailure`, `DashScopeError`;
        `MediaFailure`, where what was accepted once cannot be made fit again.
        """
        engine, job = self.engines.of(task.engine), await jobs.of_task(self.database, task)
        for item in await jobs.items_of(self.database, job):
            if not item.is_photo and not job.is_made_by(task):
                await self._cut(task, item)
            elif not self._is_for(engine.name, item) or self._expires_soon(
                item.upload_expires_at_milliseconds
            ):
                await self._hand_over(item, engine, job.resolution)

    async def ticket(self, task: Task) -> Ticket | None:
        """What the engine needs for it; None where copies are gone, or soon will be, or are another
        engine's by now.
        """
        job = await jobs.of_task(self.database, task)
        photo, voice = await jobs.items_of(self.database, job)
        voice_url, expires_at = voice.upload_url, voice.upload_expires_at_milliseconds
        shared = [photo, voice]
        if not job.is_made_by(task):
            voice_url, expires_at = task.voice_url, task.voice_url_expires_at_milliseconds
            shared = [photo]
        if not all(self._is_for(task.engine, item) for item in shared):
            return None
        limit = self.clock.now_milliseconds() + _LEAST_MILLISECONDS
        outlasting = min(photo.upload_expires_at_milliseconds or 0, expires_at or 0) >= limit
        if photo.upload_url is None or voice_url is None or not outlasting:
            return None
        return Ticket(
            task.name,
            photo.upload_url,
            voice_url,
            job.resolution,
            box_of(photo.face_bbox),
            box_of(photo.ext_bbox),
        )

    async def expire(self, task: Task) -> None:
        """The provider could not read the copies: the next preparation makes new ones."""
        async with self.database.transaction() as tx:
            for item in await jobs.items_of(tx, await jobs.of_task(tx, task)):
                await media.set_upload(tx, item.id, item.upload_url or "", 0)
            await task_moves.set_voice(tx, task, task.voice_url, 0)

    def _expires_soon(self, expires_at_milliseconds: int | None) -> bool:
        soon = self.clock.now_milliseconds() + _OUTLAST_MILLISECONDS
        return (expires_at_milliseconds or 0) < soon

    async def _cut(self, task: Task, voice: Media) -> None:
        """Hand over the cuts of this task and of those that wait like it."""
        async with self._locks.of(task.job_id):
            waiting = [
                other
                for other in await tasks.of_job(self.database, task.job_id)
                if other.state in WAITING
                and self._expires_soon(other.voice_url_expires_at_milliseconds)
            ]
            if task.id not in {other.id for other in waiting}:
                return
            data = await self.files.download(voice.file_id, voice.file_size_bytes)
            wavs = await self.long_voice.cut(voice, data, tuple(other.span for other in waiting))
            for other, wav in zip(waiting, wavs, strict=True):
                uploaded = await self.engines.of(task.engine).upload("voice.wav", wav)
                until = uploaded.expires_at_milliseconds
                await self.database.do(task_moves.set_voice, other, uploaded.url, until)

    def _is_for(self, engine: str, item: Media) -> bool:
        """Whether its copy was made for that engine: the provider binds it to the model."""
        return (item.upload_engine or self.engines.default.name) == engine

    async def _hand_over(self, item: Media, engine: Engine, framing: str) -> None:
        """Once more, or for another engine than before: a photo that one took is new to that.

        The same bytes as before: what makes them fit is deterministic.
        """
        data, boxes = await self.files.download(item.file_id, item.file_size_bytes), {}
        if item.is_photo:
            picture = await normalised(self.common.media, item, data)
            if not self._is_for(engine.name, item):
                boxes = await self._boxes(item, engine, picture, framing)
            uploaded = await engine.upload("photo.jpg", picture.jpeg)
        else:
            wav = await self.long_voice.handed_over(item, data)
            uploaded = await engine.upload("voice.wav", wav)
        facts = {"upload_engine": engine.name, **boxes}
        until = uploaded.expires_at_milliseconds
        await self.database.do(media.set_upload, item.id, uploaded.url, until, **facts)

    async def _boxes(
        self, item: Media, engine: Engine, picture: NormalisedPicture, framing: str
    ) -> dict[str, str | None]:
        """Where its detection sees the face, as columns."""
        verdict = await self.detection.verdict(Way.OTHER_ENGINE, engine, item, picture, framing)
        if not verdict.passed:
            raise PhotoUnsuitable(verdict.code)
        return {"face_bbox": verdict.face_bbox, "ext_bbox": verdict.ext_bbox}
