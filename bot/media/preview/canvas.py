"""The photo at the size of the video."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np

from bot.media.errors import NoFaceFound, PhotoUnreadable
from bot.media.exchange import Resolution
from bot.media.picture.faces import Pixels, detect_faces
from bot.media.preview.landmarks import Points, find_landmarks


@dataclass(frozen=True, slots=True)
class Format:
    """What a resolution means: pixels of a frame in all, and frames a second."""

    pixels: int
    frames_per_second: int


FORMATS: dict[Resolution, Format] = {"480P": Format(640 * 480, 16), "720P": Format(1280 * 720, 30)}


@dataclass(frozen=True, slots=True)
class Canvas:
    """The photo (BGR, 8 bits) in the video's size, and the points of its largest face in it."""

    photo: Pixels
    points: Points


def open_canvas(photo_jpeg: bytes, pixels: int) -> Canvas:
    """Decode a photo, find its face and bring both to the size of the video.

    Raises PhotoUnreadable and NoFaceFound.
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
    if not photo_jpeg:
        raise PhotoUnreadable
    photo = cv2.imdecode(np.frombuffer(photo_jpeg, np.uint8), cv2.IMREAD_COLOR)
    if photo is None:
        raise PhotoUnreadable
    return np.asarray(photo, np.uint8)


def _points_of_largest_face(photo: Pixels) -> Points:
    rgb = np.ascontiguousarray(photo[:, :, ::-1])
    faces = detect_faces(rgb)
    if not faces:
        raise NoFaceFound
    return find_landmarks(rgb, faces[0])
