"""The check of a photo: what this machine can see first, then the provider's paid verdict."""

from __future__ import annotations

import json

from bot.dashscope.box import Box
from bot.media.exchange import NormalisedPicture
from bot.media.worker import MediaWorker
from bot.pipeline.detection import Detection
from bot.pipeline.engines import EngineChoice
from bot.pipeline.halves import Outcome
from bot.pipeline.reasons import photo_text
from bot.pipeline.stops import Stops
from storage.media import Media
from storage.stops import Work


class PhotoCheck:
    """Normalises a photo, looks for faces, asks the provider once per picture, hands it over."""

    def __init__(
        self, worker: MediaWorker, detection: Detection, choice: EngineChoice, stops: Stops
    ) -> None:
        self._worker = worker
        self._detection = detection
        self._engine_for = choice
        self._stops = stops

    async def check(self, half: Media, data: bytes) -> Outcome:
        """Raises: PictureRefused, MediaWorkerDied, NoVerdict, DashScopeError and the caps'
        refusals.
        """
        picture = await normalised(self._worker, half, data)
        if len(picture.faces) != 1 and not half.insisted:
            return _doubt(len(picture.faces))
        engine = await self._engine_for.of(half)
        verdict = await self._detection.verdict(engine, half, picture)
        if not verdict.passed:
            return Outcome.refused(photo_text(verdict.code).removeprefix("photo-"))
        async with self._stops.of(engine.name).noting(Work.KEEP):
            uploaded = await engine.keep("photo.jpg", picture.jpeg)
        facts = {
            "picture_sha256": picture.sha256,
            "width_pixels": picture.width,
            "height_pixels": picture.height,
            "face_bbox": verdict.face_bbox,
            "ext_bbox": verdict.ext_bbox,
            "upload_url": uploaded.url,
            "upload_expires_at_milliseconds": uploaded.expires_at_milliseconds,
            "upload_engine": engine.name,
        }
        return Outcome.ready(facts, enlarged=float(picture.enlarged))


async def normalised(worker: MediaWorker, half: Media, data: bytes) -> NormalisedPicture:
    """The picture, or the part of it that its sender chose; always the same bytes.

    Raises: PictureRefused, MediaWorkerDied.
    """
    crop = box_of(half.crop)
    if crop is None:
        return await worker.normalise_picture(data)
    return await worker.normalise_part(data, crop)


def box_of(stored: str | None) -> Box | None:
    """A box as the database keeps it."""
    if stored is None:
        return None
    left, top, right, bottom = json.loads(stored)
    return left, top, right, bottom


def _doubt(faces: int) -> Outcome:
    return Outcome.asked("ask-several" if faces else "ask-no-face", faces=faces)
