"""The check of a photo: what this machine can see first, then the provider's paid verdict."""

from __future__ import annotations

import json

from bot.chat.provider_texts import photo_text
from bot.common import Component, Part
from bot.config.engines import ENGINES, framing_of
from bot.dashscope.fields import Box
from bot.engines.face_check import Detection
from bot.engines.outages import Outages
from bot.engines.registry import Engines
from bot.gate import Way
from bot.intake.outcome import MediaOutcome
from bot.media.calls import normalise_part, normalise_picture
from bot.media.exchange import NormalisedPicture
from bot.media.processes import MediaProcesses
from storage.media import Media
from storage.outages import Work


class PhotoCheck(Component):
    """Normalises a photo, looks for faces, asks the provider once per picture, hands it over."""

    detection = Part(Detection)
    engines = Part(Engines)
    outages = Part(Outages)

    async def check(self, item: Media, data: bytes) -> MediaOutcome:
        """Raises: PictureRefused, MediaWorkerDied, NoVerdict, DashScopeError,
        RuleRefused.
        """
        picture = await normalised(self.common.media, item, data)
        faces = len(picture.faces)
        if faces != 1 and not item.insisted:
            return MediaOutcome.asked("ask-several" if faces else "ask-no-face", faces=faces)
        engine = await self.engines.for_new(item, self)
        framing = await self._framing(engine.name, item, picture)
        verdict = await self.detection.verdict(Way.PHOTO_CHECK, engine, item, picture, framing)
        if not verdict.passed:
            return MediaOutcome.refused(photo_text(verdict.code).removeprefix("photo-"))
        async with self.outages.of(engine.name).noting(Work.UPLOAD):
            uploaded = await engine.upload("photo.jpg", picture.jpeg)
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
        return MediaOutcome.ready(facts, enlarged=float(picture.enlarged))

    async def _framing(self, engine: str, item: Media, picture: NormalisedPicture) -> str | None:
        """The shape that its sender chose, or the photo's own, where the engine has several."""
        if not ENGINES[engine].needs_boxes:
            return None
        chosen = (await self.effective(item.conversation)).framing
        return chosen or framing_of(picture.width, picture.height)


async def normalised(media: MediaProcesses, item: Media, data: bytes) -> NormalisedPicture:
    """The picture, or the part of it that its sender chose; always the same bytes.

    Raises: PictureRefused, MediaWorkerDied.
    """
    crop = box_of(item.crop)
    if crop is None:
        return await media.run(normalise_picture, data)
    return await media.run(normalise_part, data, crop)


def box_of(stored: str | None) -> Box | None:
    """A box as the database keeps it."""
    if stored is None:
        return None
    left, top, right, bottom = json.loads(stored)
    return left, top, right, bottom
