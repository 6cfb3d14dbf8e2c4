"""What people send and what the machine makes of it: the file's id says what is in the file."""

# ruff: noqa: ARG002  (stand-ins keep the signatures of what they stand for)

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from bot.media import calls
from bot.media.exchange import Explained, FaceBox, Point
from bot.media.picture.errors import PictureFault, PictureRefused
from bot.media.picture.normalise import NormalisedPicture
from bot.media.sound.errors import SoundFault, SoundRefused
from bot.media.sound.normalise import LONGEST_MILLISECONDS, NormalisedSound
from bot.media.video.errors import VideoUnreadable
from bot.media.video.video import VideoFacts
from bot.media.worker.client import MediaWorkerDied
from bot.telegram import errors as chat
from tests.soak.chance import Chance

_FACE = FaceBox(0, 0, 9, 9, 1.0, *(Point(0.0, 0.0),) * 6)

_NO_FILE = (
    (8, lambda: chat.TryAgain("no answer")),
    (2, lambda: chat.NotSent("no connection")),
    (1, lambda: chat.FileGone("gone")),
    (1, lambda: chat.FileTooBig("too big")),
    (1, lambda: chat.TokenRejected("revoked for a moment")),
)


class RandomFiles:
    """See `bot.telegram.files.Files`."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance

    async def download(self, file_id: str, declared_bytes: int | None = None) -> bytes:
        """See `Files`: the bytes are the script in the id."""
        await asyncio.sleep(self._chance.latency_seconds(2.0))
        self._chance.raise_one_of("download", _NO_FILE)
        return file_id.encode()


class RandomWorker:
    """See `bot.media.worker.client.MediaWorker`."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """See `MediaWorker`."""

    async def normalise_sound(
        self, data: bytes, *, limit_milliseconds: int | None = None, levelled: bool = True
    ) -> NormalisedSound:
        """See `MediaWorker`."""
        del levelled
        await self._work("sound")
        script = json.loads(data)
        if "fault" in script:
            raise SoundRefused(SoundFault(script["fault"]))
        source = int(script["milliseconds"])
        if source > LONGEST_MILLISECONDS and limit_milliseconds is None:
            raise SoundRefused(SoundFault.TOO_LONG, source)
        length = min(source, limit_milliseconds or source)
        wav = json.dumps({"milliseconds": length}).encode()
        return NormalisedSound(wav, length, source, length < source, -16.0, -1.5, 40.0)

    async def normalise_picture(self, data: bytes) -> NormalisedPicture:
        """See `MediaWorker`."""
        await self._work("picture")
        script = json.loads(data)
        if "fault" in script:
            raise PictureRefused(PictureFault(script["fault"]), 100, 100)
        sha256 = hashlib.sha256(data).hexdigest()
        faces = (_FACE,) * int(script.get("faces", 1))
        return NormalisedPicture(data, 800, 800, sha256, False, faces)

    async def explain_picture(self, data: bytes) -> Explained | None:
        """See `MediaWorker`: of several people it can be said how many they are."""
        await self._work("explanation")
        faces = int(json.loads(data).get("faces", 1))
        return Explained(data, faces, (), at_edge=False) if faces else None

    async def run(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """See `MediaWorker`: what is done with a result."""
        await self._work("video")
        path = args[0]
        assert isinstance(path, Path)
        words = path.read_text("utf-8").split()
        if words[0] != "video":
            raise VideoUnreadable("cut short")
        if function in (calls.check_and_label, calls.shrink_video):
            args[1].write_text(" ".join(words))
            return None
        assert function is calls.facts_and_cover, function
        return VideoFacts(640, 640, int(words[1]), 25.0, True, 1_000), b"cover"

    async def _work(self, what: str) -> None:
        await asyncio.sleep(self._chance.latency_seconds(0.5))
        if self._chance.goes_wrong(f"worker: {what}") and self._chance.dice.random() < 0.3:
            raise MediaWorkerDied("it died on this input")
