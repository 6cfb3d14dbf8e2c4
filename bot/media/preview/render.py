"""A photo and a sound become a video of that face speaking, with no network and no GPU."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from pathlib import Path

import cv2
import numpy as np

from bot.media.errors import NoFaceFound, PictureFault, PictureRefused
from bot.media.exchange import PIXELS, Resolution, VideoFacts
from bot.media.picture.faces import Pixels, detect_faces
from bot.media.preview.eyes import Eyes, blink_track
from bot.media.preview.head import Head
from bot.media.preview.landmarks import Points, find_landmarks
from bot.media.preview.mouth import Mouth
from bot.media.preview.speech import Speech, read_speech
from bot.media.sound.decoding import decode_sound
from bot.media.video.ai_label import ON_PREVIEW
from bot.media.video.drawn_word import DrawnWord
from bot.media.video.files import inspect_video
from bot.media.video.mp4 import whole_or_nothing
from bot.media.video.writer import VideoFormat, VideoWriter


@dataclass(frozen=True, slots=True)
class Canvas:
    """The photo (BGR, 8 bits) in the video's size, and the points of its largest face in it."""

    photo: Pixels
    points: Points


def open_canvas(photo_jpeg: bytes, pixels: int) -> Canvas:
    """Decode a photo, find its face and bring both to the size of the video.

    Raises PictureRefused and NoFaceFound.
    """
    photo = _decode(photo_jpeg)
    points = _points_of_largest_face(photo)
    height, width = photo.shape[:2]
    size = frame_size(width, height, pixels)
    scale = np.array([size[0] / width, size[1] / height], np.float32)
    way = cv2.INTER_AREA if scale[0] < 1 else cv2.INTER_CUBIC
    resized: Pixels = np.asarray(cv2.resize(photo, size, interpolation=way), np.uint8)
    return Canvas(resized, (points + 0.5) * scale - 0.5)


def frame_size(width: int, height: int, pixels: int) -> tuple[int, int]:
    """Return even sides of about `pixels` in all, in the proportions of the photo."""
    scale = sqrt(pixels / (width * height))
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))


def _decode(photo_jpeg: bytes) -> Pixels:
    numbers = np.frombuffer(photo_jpeg, np.uint8)
    photo = cv2.imdecode(numbers, cv2.IMREAD_COLOR) if len(numbers) else None
    if photo is None:
        raise PictureRefused(PictureFault.NOT_A_PICTURE)
    return np.asarray(photo, np.uint8)


def _points_of_largest_face(photo: Pixels) -> Points:
    rgb = np.ascontiguousarray(photo[:, :, ::-1])
    faces = detect_faces(rgb)
    if not faces:
        raise NoFaceFound
    return find_landmarks(rgb, faces[0])


_FRAMES_PER_SECOND = {"480P": 16, "720P": 30}
_FONT_OF_SIDE = 0.038
X264 = {"crf": "21", "tune": "zerolatency"}


def render_preview(
    photo_jpeg: bytes,
    sound_wav: bytes,
    target: Path,
    resolution: Resolution = "480P",
    *,
    on_progress: Callable[[float], None] | None = None,
) -> VideoFacts:
    """Write an MP4 (H.264 and AAC, plays while it loads) of the photo's largest face speaking.

    It is as long as the sound and keeps the photo's proportions. `on_progress` is told the share
    done, 0..1, after each frame; what it raises stops the work. The same input gives the same
    frames. Raises NoFaceFound, PictureRefused, SoundRefused; then nothing is left at `target`.
    """
    canvas, rate = open_canvas(photo_jpeg, PIXELS[resolution]), _FRAMES_PER_SECOND[resolution]
    sound = decode_sound(sound_wav).samples
    speech = read_speech(sound, rate)
    height, width = canvas.photo.shape[:2]
    video_format = VideoFormat(width, height, Fraction(rate), X264)
    frames = _frames(canvas, speech, rate, zlib.crc32(sound_wav))
    with whole_or_nothing(target) as part, VideoWriter(part, video_format, sound) as writer:
        for index, frame in enumerate(frames, start=1):
            writer.add(np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420), np.uint8))
            if on_progress is not None:
                on_progress(index / len(speech.opening))
    return inspect_video(target)


def _frames(canvas: Canvas, speech: Speech, frames_per_second: int, seed: int) -> Iterator[Pixels]:
    height, width = canvas.photo.shape[:2]
    mouth, eyes = Mouth(canvas.photo, canvas.points), Eyes(canvas.photo, canvas.points)
    head, word = Head((width, height), canvas.points), _word(min(width, height))
    blinks = blink_track(len(speech.opening), frames_per_second, seed)
    tracks = (speech.opening, speech.width, speech.emphasis, blinks)
    poses = zip(*(track.tolist() for track in tracks), strict=True)
    for index, (opening, wide, emphasis, down) in enumerate(poses):
        frame = canvas.photo.copy()
        mouth.speak(frame, opening, wide)
        eyes.blink(frame, down)
        seconds = index / frames_per_second
        head.move(frame, seconds, emphasis=emphasis, opening=opening, width=wide)
        margin = word.height // 2
        word.draw(frame, width - word.width - margin, height - word.height - margin)
        yield frame


def _word(side_pixels: int) -> DrawnWord:
    """Small in a corner: these frames are a preview, not the paid model's work."""
    font_pixels = max(11, round(_FONT_OF_SIDE * side_pixels))
    return DrawnWord(ON_PREVIEW, font_pixels, font_pixels // 2, opacity=0.55)
