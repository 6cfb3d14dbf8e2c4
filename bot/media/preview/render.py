"""A photo and a sound become a video of that face speaking, with no network and no GPU."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from bot.media.exchange import Resolution, VideoFacts
from bot.media.picture.faces import Pixels
from bot.media.preview.canvas import FORMATS, Canvas, open_canvas
from bot.media.preview.eyes import Eyes, blink_track
from bot.media.preview.head import Head
from bot.media.preview.mouth import Mouth
from bot.media.preview.speech import Speech, read_speech
from bot.media.sound.decoding import decode_sound
from bot.media.video.ai_label import ON_PREVIEW
from bot.media.video.drawn_word import DrawnWord
from bot.media.video.files import inspect_video
from bot.media.video.mp4 import whole_or_nothing
from bot.media.video.writer import VideoFormat, VideoWriter

_FONT_OF_SIDE = 0.038
X264 = {"preset": "veryfast", "crf": "21", "tune": "zerolatency"}


def render_preview(
    photo_jpeg: bytes,
    sound_wav: bytes,
    target: Path,
    resolution: Resolution = "480P",
    *,
    label: str = ON_PREVIEW,
    on_progress: Callable[[float], None] | None = None,
) -> VideoFacts:
    """Write an MP4 (H.264 and AAC, plays while it loads) of the photo's largest face speaking.

    It is as long as the sound and keeps the photo's proportions. `on_progress` is told the share
    done, 0..1, after each frame; what it raises stops the work. The same input gives the same
    frames. Raises NoFaceFound, PhotoUnreadable, SoundRefused; then nothing is left at `target`.
    """
    shape = FORMATS[resolution]
    canvas = open_canvas(photo_jpeg, shape.pixels)
    sound = decode_sound(sound_wav)
    speech = read_speech(sound, shape.frames_per_second)
    height, width = canvas.photo.shape[:2]
    video_format = VideoFormat(width, height, Fraction(shape.frames_per_second), X264)
    frames = _frames(canvas, speech, shape.frames_per_second, label, zlib.crc32(sound_wav))
    with (
        whole_or_nothing(target) as part,
        VideoWriter(part, video_format, sound.samples, sound.rate_hz) as writer,
    ):
        for index, frame in enumerate(frames, start=1):
            writer.add(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420), np.uint8))
            if on_progress is not None:
                on_progress(index / len(speech.opening))
    return inspect_video(target)


def _frames(
    canvas: Canvas, speech: Speech, frames_per_second: int, label: str, seed: int
) -> Iterator[Pixels]:
    height, width = canvas.photo.shape[:2]
    mouth, eyes = Mouth(canvas.photo, canvas.points), Eyes(canvas.photo, canvas.points)
    head, word = Head((width, height), canvas.points), _word(label, min(width, height))
    blinks = blink_track(len(speech.opening), frames_per_second, seed)
    tracks = (speech.opening, speech.width, speech.emphasis, blinks)
    poses = zip(*(track.tolist() for track in tracks), strict=True)
    for index, (opening, wide, emphasis, down) in enumerate(poses):
        frame = canvas.photo.copy()
        mouth.speak(frame, opening)
        eyes.blink(frame, down)
        seconds = index / frames_per_second
        head.move(frame, seconds, emphasis=emphasis, opening=opening, width=wide)
        margin = word.height // 2
        word.draw(frame, width - word.width - margin, height - word.height - margin)
        yield frame


def _word(label: str, side_pixels: int) -> DrawnWord:
    """Small in a corner: these frames are a preview, not the paid model's work."""
    font_pixels = max(11, round(_FONT_OF_SIDE * side_pixels))
    return DrawnWord(label, font_pixels, font_pixels // 2, opacity=0.55)
