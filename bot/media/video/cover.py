"""The still picture a chat shows before the video plays."""

from __future__ import annotations

from io import BytesIO
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from PIL import Image

from bot.media.errors import VideoUnreadable
from bot.media.exchange import VideoFacts
from bot.media.picture.faces import Pixels
from bot.media.video.files import BY_INDEX, check_whole, facts_of, open_video, video_stream

MAXIMUM_SIDE_PIXELS = 320
MAXIMUM_BYTES = 200_000
"""Telegram's limits for a thumbnail (Bot API: sendVideo)."""

_FRAMES, _FRAMES_APART = 25, 6  # the best of five frames from the first second or two
_QUALITIES = (90, 80, 65, 45)


def facts_and_cover(path: Path) -> tuple[VideoFacts, bytes, bytes]:
    """What sending takes: facts, cover, thumbnail; raises VideoUnreadable.

    Mostly the index says all that has to be known to decode it.
    """
    check_whole(path)
    try:
        return _facts_and_cover(path, **BY_INDEX)
    except VideoUnreadable:
        return _facts_and_cover(path)


def _facts_and_cover(path: Path, **options: str) -> tuple[VideoFacts, bytes, bytes]:
    with open_video(path, **options) as container:
        frame = _best(container)
        facts = facts_of(container, path)
    return facts, _cover(frame), _compress(_shrink(frame))


def make_cover(path: Path) -> bytes:
    """A JPEG of a video's best early frame, as large as the video; raises VideoUnreadable."""
    with open_video(path) as container:
        return _cover(_best(container))


def make_thumbnail(path: Path) -> bytes:
    """The same as small as Telegram wants it; raises VideoUnreadable."""
    with open_video(path) as container:
        return _compress(_shrink(_best(container)))


def _best(container: InputContainer) -> VideoFrame:
    frames = container.decode(video_stream(container))
    early = [*islice(frames, 0, _FRAMES, _FRAMES_APART)]
    if not early:
        raise VideoUnreadable
    return max(early, key=lambda frame: _quality(_shrink(frame)))


def _cover(frame: VideoFrame) -> bytes:
    buffer = BytesIO()
    rgb = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    Image.fromarray(rgb).save(buffer, "JPEG", quality=_QUALITIES[0])
    return buffer.getvalue()


def _shrink(frame: VideoFrame) -> Pixels:
    scale = min(1.0, MAXIMUM_SIDE_PIXELS / max(frame.width, frame.height))
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    small = frame.reformat(width=width, height=height, format="rgb24", interpolation="AREA")
    return np.asarray(small.to_ndarray(), np.uint8)


def _quality(rgb: Pixels) -> float:
    """Return how much there is to see: open eyes and lit, sharp pictures have the most detail."""
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(gray, cv2.CV_32F).var())


def _compress(rgb: Pixels) -> bytes:
    for quality in _QUALITIES:
        buffer = BytesIO()
        Image.fromarray(rgb).save(buffer, "JPEG", quality=quality)
        if buffer.tell() <= MAXIMUM_BYTES:
            break
    return buffer.getvalue()
