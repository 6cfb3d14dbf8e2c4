"""The still picture a chat shows before the video plays."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from PIL import Image

from bot.media.errors import VideoUnreadable
from bot.media.exchange import VideoFacts
from bot.media.picture.faces import Pixels
from bot.media.picture.jpeg import jpeg_of
from bot.media.video.files import check_whole, facts_of, open_video, video_stream

MAXIMUM_SIDE_PIXELS = 320
MAXIMUM_BYTES = 200_000
"""Telegram's limits for a thumbnail (Bot API: sendVideo)."""

_FRAMES, _FRAMES_APART = 25, 6  # five frames from the first second or two
_SOMETHING_TO_SEE, _MUCH_BETTER = 8.0, 1.2
_QUALITIES = (90, 80, 65, 45)


def facts_and_cover(path: Path) -> tuple[VideoFacts, bytes, bytes]:
    """What sending takes: facts, a good early frame as large as the video, and as small as Telegram
    wants its thumbnail; raises VideoUnreadable.
    """
    with open_video(path, **check_whole(path)) as container:
        frame = _early(container)
        facts = facts_of(container, path)
    return facts, _cover(frame), _compress(frame)


def _early(container: InputContainer) -> VideoFrame:
    """One with something to see, after which it does not become much better."""
    frames = container.decode(video_stream(container))
    best, most, reformatter = None, 0.0, VideoReformatter()
    for frame in islice(frames, 0, _FRAMES, _FRAMES_APART):
        detail = _detail(frame, reformatter)
        if best is not None and _SOMETHING_TO_SEE < most > detail / _MUCH_BETTER:
            break
        if best is None or detail > most:
            best, most = frame, detail
    if best is None:
        raise VideoUnreadable
    return best


def _cover(frame: VideoFrame) -> bytes:
    rgb = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    return jpeg_of(Image.fromarray(rgb), _QUALITIES[0])


def _detail(frame: VideoFrame, reformatter: VideoReformatter) -> float:
    """Return how much there is to see: open eyes and lit, sharp pictures have the most detail."""
    gray = _shrunk(frame, reformatter, "gray")
    return float(cv2.meanStdDev(cv2.Laplacian(gray, cv2.CV_16S))[1][0, 0])


def _shrunk(frame: VideoFrame, reformatter: VideoReformatter, pixels: str) -> Pixels:
    scale = min(1.0, MAXIMUM_SIDE_PIXELS / max(frame.width, frame.height))
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    small = reformatter.reformat(frame, width, height, pixels, interpolation="AREA")
    return np.asarray(small.to_ndarray(), np.uint8)


def _compress(frame: VideoFrame) -> bytes:
    image = Image.fromarray(_shrunk(frame, VideoReformatter(), "rgb24"))
    for quality in _QUALITIES:
        jpeg = jpeg_of(image, quality)
        if len(jpeg) <= MAXIMUM_BYTES:
            break
    return jpeg
