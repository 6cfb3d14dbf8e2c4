"""What people send and what becomes of it: pictures, voices and videos of a few bytes.

They are real enough for the local services. What the bot is to find in one stands at its end.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.clock import Clock
from bot.media import calls
from bot.media.errors import PictureFault, PictureRefused, SoundFault, SoundRefused, VideoUnreadable
from bot.media.exchange import (
    Explained,
    FaceBox,
    NormalisedPicture,
    NormalisedSound,
    ResultFault,
    VideoFacts,
)
from bot.media.sound.lengths import LONGEST_MILLISECONDS
from bot.media.worker.client import MediaWorkerDied
from tests.soak.network import Chance
from tests.support.fakes import FakeMedia, HereRenderer, face_at
from tests.support.media.photos import plain
from tests.support.media.voices import wav

_PIXELS = 400
_FACE = face_at(150, 150, 100, 120)
_MARK = b"\nscript:"
_MORE_MILLISECONDS = 400


def photo(**script: Any) -> bytes:
    """A picture; `faces`: how many the bot finds, `refused`: the provider finds none, `fault`."""
    width = _PIXELS + 1 if script.get("refused") else _PIXELS
    return plain(width, _PIXELS, "JPEG") + voice(**script)


def voice(**script: Any) -> bytes:
    """A voice message of so many `milliseconds`; `fault`."""
    return _MARK + json.dumps(script).encode()


def find_faces(rgb: npt.NDArray[np.uint8]) -> list[FaceBox]:
    """See `bot.sandbox.dashscope.inputs.faces`."""
    return [_FACE] if rgb.shape[1] == _PIXELS else []


def task_of(path: Path) -> str:
    """The task whose video that is."""
    kind, _, task_id = path.read_text("ascii").partition(" ")
    if kind != "video":
        raise VideoUnreadable("cut short")
    return task_id


class Renderer(HereRenderer):
    """It takes its time, seldom nearly the longest there is; its videos say of which task."""

    def __init__(self, chance: Chance, clock: Clock) -> None:
        super().__init__(lambda target: f"video {target.stem}".encode())
        self._chance, self._clock = chance, clock

    async def render(self, *asked: Any) -> VideoFacts:
        dice = self._chance.dice
        await self._clock.sleep(dice.uniform(4, 150))
        if self._chance.goes_wrong("a task is late"):
            hours = dice.uniform(2.9, 3.2) if dice.random() < 0.05 else dice.uniform(0.1, 0.6)
            await self._clock.sleep(hours * 3600)
        return await super().render(*asked)


class MediaProcess(FakeMedia):
    """The bot's: now and then it dies, or a voice is a little longer for the provider."""

    def __init__(self, chance: Chance) -> None:
        copied = (calls.make_round_note, calls.stamp_label, calls.shrink_video)
        super().__init__(
            {
                calls.normalise_sound: self._normalise_sound,
                calls.normalise_picture: _normalise_picture,
                calls.explain_picture: _explain_picture,
                calls.facts_and_cover: _facts_and_cover,
                calls.label_result: _label_result,
                **dict.fromkeys(copied, _copy),
            }
        )
        self._chance = chance

    async def run(self, call: Callable[..., Any], *args: Any, **_: Any) -> Any:
        await asyncio.sleep(self._chance.latency_seconds(0.5))
        if self._chance.goes_wrong("media") and self._chance.dice.random() < 0.3:
            raise MediaWorkerDied("it died on this input")
        return await super().run(call, *args)

    def _normalise_sound(
        self, data: bytes, limit_milliseconds: int | None, levelled: bool
    ) -> NormalisedSound:
        del levelled
        script = _script(data)
        if "fault" in script:
            raise SoundRefused(SoundFault(script["fault"]))
        source = int(script["milliseconds"])
        if source > LONGEST_MILLISECONDS and limit_milliseconds is None:
            raise SoundRefused(SoundFault.TOO_LONG, source)
        length = min(source, limit_milliseconds or source)
        more = _MORE_MILLISECONDS * self._chance.goes_wrong("a voice is longer")
        a_sample_a_millisecond = np.zeros(length + more, np.float32)
        return NormalisedSound(wav(a_sample_a_millisecond, 1_000), length, 40.0)


def _script(data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(data.partition(_MARK)[2])
    return found


def _normalise_picture(data: bytes) -> NormalisedPicture:
    script = _script(data)
    if "fault" in script:
        raise PictureRefused(PictureFault(script["fault"]), 100, 100)
    sha256 = hashlib.sha256(data).hexdigest()
    faces = (_FACE,) * int(script.get("faces", 1))
    return NormalisedPicture(data, _PIXELS, _PIXELS, sha256, False, faces)


def _explain_picture(data: bytes) -> Explained | None:
    """Of several people it can be said how many they are."""
    faces = int(_script(data).get("faces", 1))
    return Explained(data, faces, (), at_edge=False) if faces else None


def _facts_and_cover(path: Path) -> tuple[VideoFacts, bytes, bytes]:
    task_of(path)
    still = plain(_PIXELS, _PIXELS, "JPEG")
    return VideoFacts(640, 640, 5_000, 25.0, True, 1_000), still, still


def _label_result(raw: Path, target: Path, *_: object) -> tuple[ResultFault, ...]:
    _copy(raw, target)
    return ()


def _copy(source: Path, target: Path, *_: object) -> None:
    task_of(source)
    shutil.copyfile(source, target)
