"""A video that is changed shows the colours that it had, and says so in its tags."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bot.media.exchange import TaskVideo
from bot.media.video.joining import join_videos
from bot.media.video.mp4 import colors_of
from bot.media.video.round_video import make_round_note
from bot.media.video.shrink import shrink_video
from bot.media.video.stamp import stamp_label

# Range, matrix, primaries and transfer in the numbers of H.273.
TAGS = {
    "BT.709": (1, 1, 1, 1),
    "BT.709 in full range": (2, 1, 1, 1),
    "BT.601": (1, 6, 6, 6),
    "BT.2020": (1, 9, 9, 16),
}
WAYS: dict[str, Callable[[Path, Path], object]] = {
    "made smaller": lambda source, target: shrink_video(source, target, 1_000_000, "1"),
    "joined": lambda source, target: join_videos((TaskVideo(source, (0, 1_000)),), None, target),
    "labelled": lambda source, target: stamp_label(source, target, "1"),
}


def tagged(path: Path, tags: tuple[int, ...]) -> Path:
    """One second of all brightnesses beside one another, in a colour."""
    planes = np.full((480 + 240, 640), 150, np.uint8)
    planes[:480] = np.linspace(16, 235, 640).astype(np.uint8)[None, :]
    planes[480:600] = 90
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=10, options={"crf": "5"})
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        names = ("color_range", "colorspace", "color_primaries", "color_trc")
        for name, value in zip(names, tags, strict=True):
            setattr(stream.codec_context, name, value)
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        container.mux(stream.encode(None))
    return path


def seen(path: Path) -> tuple[dict[str, int], Any]:
    """The tags, and what a player makes of the first picture."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        picture = frame.reformat(64, 48, "rgb24").to_ndarray().astype(float)
        return colors_of(container.streams.video[0]), picture


@pytest.mark.parametrize("tags", TAGS)
@pytest.mark.parametrize("way", WAYS)
def test_colours_keep_their_tags_and_look_the_same(way: str, tags: str, tmp_path: Path) -> None:
    source = tagged(tmp_path / "source.mp4", TAGS[tags])
    WAYS[way](source, tmp_path / "made.mp4")
    (was, before), (says, after) = seen(source), seen(tmp_path / "made.mp4")
    assert tuple(was.values()) == TAGS[tags]
    assert says == was
    assert np.abs(after - before).mean() < 1


def test_a_round_note_says_what_its_numbers_are(tmp_path: Path) -> None:
    source = tagged(tmp_path / "source.mp4", TAGS["BT.709 in full range"])
    make_round_note(source, tmp_path / "round.mp4", "1")
    (says, after), (_, before) = seen(tmp_path / "round.mp4"), seen(source)
    assert tuple(says.values()) == (1, 6, 1, 1)
    colour = before[:36, 32].mean(axis=0) - after[:36, 32].mean(axis=0)
    assert np.abs(colour).max() < 6
