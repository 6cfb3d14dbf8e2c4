"""The check of a photo: what this machine can see first, then the provider's paid verdict."""

from __future__ import annotations

import json

from bot.clock import Clock
from bot.dashscope.box import Box
from bot.dashscope.errors import NotSent, ServiceStopped
from bot.dashscope.verdict import Verdict
from bot.media.picture import NormalisedPicture
from bot.media.worker import MediaWorker
from bot.pipeline.engine import Engine
from bot.pipeline.halves import Outcome
from bot.pipeline.reasons import photo_text
from bot.pipeline.stops import Stops
from bot.pipeline.terms import Terms
from storage import verdicts
from storage.database import Database
from storage.media import Media
from storage.stops import Work
from storage.verdicts import KnownVerdict


class PhotoCheck:
    """Normalises a photo, looks for faces, asks the provider once per picture, hands it over."""

    def __init__(
        self,
        database: Database,
        worker: MediaWorker,
        engine: Engine,
        terms: Terms,
        stops: Stops,
        clock: Clock,
    ) -> None:
        self._database = database
        self._worker = worker
        self._engine = engine
        self._terms = terms
        self._stops = stops
        self._clock = clock

    async def check(self, half: Media, data: bytes) -> Outcome:
        """Raises: PictureRefused, MediaWorkerDied, DashScopeError and the caps' refusals."""
        picture = await self._worker.normalise_picture(data)
        if len(picture.faces) != 1 and not half.insisted:
            return _doubt(len(picture.faces))
        verdict = await self._verdict(half, picture)
        if not verdict.passed:
            return Outcome.refused(photo_text(verdict.code).removeprefix("photo-"))
        async with self._stops.noting(Work.KEEP):
            uploaded = await self._engine.keep("photo.jpg", picture.jpeg)
        facts = {
            "picture_sha256": picture.sha256,
            "width_pixels": picture.width,
            "height_pixels": picture.height,
            "face_bbox": verdict.face_bbox,
            "ext_bbox": verdict.ext_bbox,
            "upload_url": uploaded.url,
            "upload_expires_at_milliseconds": uploaded.expires_at_milliseconds,
        }
        return Outcome.ready(facts, enlarged=float(picture.enlarged))

    async def _verdict(self, half: Media, picture: NormalisedPicture) -> KnownVerdict:
        model = self._engine.detection
        known = await verdicts.find(self._database, picture.sha256, model)
        if known is not None:
            return known
        await self._count(half, model)
        async with self._stops.noting(Work.CHECK):
            verdict = _known(await self._paid_verdict(half, picture))
        async with self._database.transaction() as tx:
            now = self._clock.now_milliseconds()
            await verdicts.keep(tx, picture.sha256, model, verdict, now)
        return verdict

    async def _paid_verdict(self, half: Media, picture: NormalisedPicture) -> Verdict:
        """What was certainly not done is not billed, and does not count."""
        try:
            return await self._engine.check(picture.jpeg)
        except (ServiceStopped, NotSent):
            async with self._database.transaction() as tx:
                await verdicts.uncount_check(tx, half.id)
            raise

    async def _count(self, half: Media, model: str) -> None:
        async with self._database.transaction() as tx:
            await verdicts.count_check(
                tx,
                user_id=half.user_id,
                media_id=half.id,
                model=model,
                micro_yuan=self._terms.detection_micro_yuan,
                per_person_per_day=self._terms.detections_per_person_per_day,
                caps=self._terms.caps,
                now_milliseconds=self._clock.now_milliseconds(),
            )


def box_of(stored: str | None) -> Box | None:
    """A box as the database keeps it."""
    if stored is None:
        return None
    left, top, right, bottom = json.loads(stored)
    return left, top, right, bottom


def _doubt(faces: int) -> Outcome:
    return Outcome.asked("ask-several" if faces else "ask-no-face", faces=faces)


def _known(verdict: Verdict) -> KnownVerdict:
    return KnownVerdict(
        passed=int(verdict.passed),
        code=verdict.code,
        face_bbox=_stored(verdict.face_bbox),
        ext_bbox=_stored(verdict.ext_bbox),
    )


def _stored(box: Box | None) -> str | None:
    return None if box is None else json.dumps(box)
