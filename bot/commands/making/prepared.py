"""The photo and the sound, read from disk and made fit for the service."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from bot.media.calls import normalise_picture, normalise_sound
from bot.media.exchange import NormalisedPicture, NormalisedSound
from bot.media.processes import MediaProcesses


@dataclass(frozen=True, slots=True)
class Prepared:
    """What will be uploaded."""

    picture: NormalisedPicture
    sound: NormalisedSound


async def prepare(photo: Path, sound: Path) -> Prepared:
    """Raises PictureRefused, SoundRefused, MediaWorkerDied, MediaWorkerNotStarted."""
    picture, recording = await asyncio.to_thread(lambda: (photo.read_bytes(), sound.read_bytes()))
    async with MediaProcesses() as media:
        return Prepared(
            picture=await media.run(normalise_picture, picture),
            sound=await media.run(normalise_sound, recording, None, True),
        )
