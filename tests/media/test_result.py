"""A provider's video is compared with what was ordered: sound, length, size, whether it plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bot.media.errors import VideoUnreadable
from bot.media.exchange import OrderedVideo, ResultFault
from bot.media.video.ai_label import METADATA_KEY
from bot.media.video.result import label_result
from tests.support.media.videos import encoded_video, ordered_video, video_with_sound
from tests.support.media.voices import SPEECH_RATE_HZ, tone

ORDERED = OrderedVideo(5_000, "480P", 4 / 3)
GREY = np.full((480, 640, 3), 90, np.uint8)


def made(seconds: float = 5.0, sound_seconds: float | None = 5.0, **changed: Any) -> bytes:
    loud = changed.pop("amplitude", 0.5)
    sound = None if sound_seconds is None else tone(sound_seconds, amplitude=loud)
    given: dict[str, Any] = {"rate": 4, "frames": round(seconds * 4), "samples": sound}
    return encoded_video(640, 480, picture=lambda _: GREY, **{**given, **changed})


def looked_at(folder: Path) -> tuple[ResultFault, ...]:
    return label_result(folder / "video.mp4", folder / "labelled.mp4", "job-1", ORDERED)


FAULTS = {
    "as ordered": (ordered_video(), ()),
    "half a second more": (made(5.4, 5.4), ()),
    "no sound": (made(sound_seconds=None), (ResultFault.NO_SOUND,)),
    "silent": (made(amplitude=0.0), (ResultFault.SILENT,)),
    "nearly silent": (made(amplitude=0.001), (ResultFault.SILENT,)),
    "sound of 3 s": (made(sound_seconds=3.0), (ResultFault.SHORT_SOUND,)),
    "pictures of 3 s": (made(3.0), (ResultFault.TOO_SHORT,)),
    "twice as long": (made(10.0, 10.0), (ResultFault.TOO_LONG,)),
    "720P": (ordered_video(5_000, 1_280, 960), (ResultFault.OTHER_SIZE,)),
    "a stamp": (ordered_video(5_000, 320, 240), (ResultFault.OTHER_SIZE,)),
    "upright": (ordered_video(5_000, 480, 640), (ResultFault.OTHER_SHAPE,)),
    "MPEG-4": (made(codec="mpeg4"), (ResultFault.OTHER_CODEC,)),
    "H.265": (made(codec="libx265"), (ResultFault.OTHER_CODEC,)),
    "VP9": (made(codec="libvpx-vp9"), (ResultFault.OTHER_CODEC,)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_not_as_ordered_is_named(name: str, tmp_path: Path) -> None:
    data, faults = FAULTS[name]
    (tmp_path / "video.mp4").write_bytes(data)
    assert looked_at(tmp_path) == faults


def test_what_is_not_as_ordered_is_labelled_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "video.mp4").write_bytes(made(sound_seconds=None))
    assert looked_at(tmp_path) == (ResultFault.NO_SOUND,)
    with av.open(str(tmp_path / "labelled.mp4")) as container:
        assert METADATA_KEY in container.metadata


def test_a_sound_that_no_mp4_can_have_is_left_out_and_named(tmp_path: Path) -> None:
    data = ordered_video().replace(b"mp4a", b"samr").replace(b"esds", b"skip")
    (tmp_path / "video.mp4").write_bytes(data)
    assert looked_at(tmp_path) == (ResultFault.NO_SOUND,)
    with av.open(str(tmp_path / "labelled.mp4")) as container:
        assert not container.streams.audio


def test_pictures_that_cannot_be_decoded_are_no_video(tmp_path: Path) -> None:
    broken = video_with_sound(tone(5.0, rate_hz=SPEECH_RATE_HZ), side_pixels=64, break_picture=True)
    (tmp_path / "video.mp4").write_bytes(broken)
    with pytest.raises(VideoUnreadable):
        looked_at(tmp_path)
