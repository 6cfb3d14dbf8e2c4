"""What the largest files that are promised take, in a room of 512 MB; bounds, not wishes."""

from __future__ import annotations

import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bot.clock import SystemClock
from bot.media import calls
from bot.media.calls import MediaCall
from bot.media.errors import PictureFault, PictureRefused
from bot.media.exchange import TaskVideo
from bot.media.worker.client import MediaWorker
from bot.media.worker.room import LEAST_MIB, NEEDED_MIB, Room
from tests.support.media.photos import encoded, portrait
from tests.support.media.videos import encoded_video
from tests.support.media.voices import as_file, long_voice, speech, voice_note, wav

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's /proc"),
]


class Peak:
    """Has calls made in a machine of that size, and knows the most that they took, in MiB."""

    def __init__(self, mebibytes: int, folder: Path) -> None:
        self._room, self._folder, self.mebibytes = Room(mebibytes), folder, 0

    async def run(self, call: MediaCall[Any, Any], *args: object) -> Any:
        worker = MediaWorker(call.kind, SystemClock(), (self._folder,), room=self._room)
        try:
            await worker.warm()
            assert worker._process is not None
            status = Path(f"/proc/{worker._process._process.pid}/status")
            return await worker.run(partial(call, *args), call.result)
        finally:
            self.mebibytes = _peak_of(status)
            await worker.close()


def _peak_of(status: Path) -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    assert found, "it is alive"
    return int(found[1]) // 1024


@pytest.fixture
def peak(tmp_path: Path) -> Peak:
    return Peak(NEEDED_MIB, tmp_path)


@pytest.mark.parametrize(("layout", "channels", "most"), [("mono", 1, 260), ("stereo", 2, 270)])
async def test_a_voice_of_five_minutes(peak: Peak, layout: str, channels: int, most: int) -> None:
    voice = long_voice(295.0)
    sides = np.stack([np.roll(voice, 90 * number) for number in range(channels)])
    file = as_file(sides, "ogg", "libopus", layout=layout, bit_rate=32_000 * channels)
    plan = await peak.run(calls.plan_sound, file, 300_000, True)
    assert plan.duration_milliseconds > 290_000
    assert peak.mebibytes < most


async def test_parts_of_a_hundred_seconds_are_joined(peak: Peak, tmp_path: Path) -> None:
    picture = np.asarray(portrait().resize((1280, 720)))
    part, target = tmp_path / "part.mp4", tmp_path / "joined.mp4"
    made = encoded_video(
        1280, 720, rate=4, frames=10, picture=lambda _: picture, samples=speech(2.5)
    )
    part.write_bytes(made)
    videos = tuple(TaskVideo(part, (at, at + 14_000)) for at in range(0, 98_000, 14_000))
    await peak.run(calls.join_and_label, videos, wav(speech(98.0)[::3]), target, "job-1")
    assert peak.mebibytes < 256
    assert target.stat().st_size


@pytest.mark.parametrize(
    ("kind", "options"), [("WEBP", {"lossless": True}), ("JPEG", {"progressive": True})]
)
async def test_a_picture_that_takes_more_is_refused_before_it_is_decoded(
    peak: Peak, kind: str, options: dict[str, Any]
) -> None:
    large = encoded(Image.new("RGB", (10_000, 8_000), (90, 120, 150)), kind, **options)
    with pytest.raises(PictureRefused) as refused:
        await peak.run(calls.normalise_picture, large)
    assert refused.value.fault is PictureFault.TOO_MANY_PIXELS
    assert peak.mebibytes < 110


async def test_a_small_machine_takes_what_phones_send(tmp_path: Path) -> None:
    peak = Peak(LEAST_MIB, tmp_path)
    await peak.run(calls.normalise_sound, voice_note(long_voice(19.5)), None, True)
    assert peak.mebibytes < 150
    photo = encoded(portrait().resize((12_000, 9_000)), "JPEG")
    await peak.run(calls.normalise_picture, photo)
    assert peak.mebibytes < 150
