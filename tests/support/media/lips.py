"""Do the lips follow the voice? Measured on the delivered file alone.

Nothing of the renderer is used: the MP4 is decoded, the mouth is found anew in every frame by the
face mesh model, dark pixels are counted there, and the level comes from the file's own voice.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

import bot.media
from bot.media.picture.faces import detect_faces

_MODEL = Path(bot.media.__file__).parent / "picture" / "models" / "face_landmark.tflite"
_INPUT_PIXELS = 192
_OUTER_LIPS = [
    *(61, 185, 40, 39, 37, 0, 267, 269, 270, 409),
    *(291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
]
_RIGHT_EYE, _LEFT_EYE, _FOREHEAD, _CHIN = 33, 263, 10, 152
_DARK_SHARE = 0.38  # of the face's median brightness: darker than lips, lighter than a throat
_FLOOR_DECIBELS = 50.0  # below the loudest frame; digital silence has no logarithm

Track = npt.NDArray[np.float64]
Image = npt.NDArray[np.uint8]


def lip_correlation(mp4_path: Path, lags: Iterable[int] = range(9)) -> dict[int, float]:
    """Return Pearson's r of the mouth's dark area against the log RMS of the voice, by lag.

    A lag of n means that the mouth comes n frames after the voice.
    """
    darkness, rate = dark_area(mp4_path)
    level = log_rms(mp4_path, len(darkness), rate)
    return {lag: correlate(darkness, level, lag) for lag in lags}


def dark_area(mp4_path: Path) -> tuple[Track, float]:
    """Return the dark share of the mouth's region in each frame, and the frames a second."""
    with av.open(str(mp4_path)) as container:
        rate = float(container.streams.video[0].average_rate or 0)
        decoded = container.decode(video=0)
        frames = [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in decoded]
    face = detect_faces(frames[0])[0]
    network = cv2.dnn.readNetFromTFLite(str(_MODEL))
    eyes = np.array([[face.right_eye.x, face.right_eye.y], [face.left_eye.x, face.left_eye.y]])
    middle = np.array([face.left + face.width / 2, face.top + face.height / 2])
    square = middle, 1.5 * max(face.width, face.height), eyes[1] - eyes[0]
    shares = []
    for frame in frames:
        points = _points(network, frame, *square)
        square = _square(points)
        shares.append(_dark_share(frame, points))
    return np.array(shares), rate


def log_rms(mp4_path: Path, frames: int, rate: float) -> Track:
    """Return the level of the file's own voice during each frame, in decibels."""
    with av.open(str(mp4_path)) as container:
        hertz = container.streams.audio[0].rate
        mono = av.AudioResampler(format="flt", layout="mono", rate=hertz)
        decoded = [*container.decode(audio=0), None]
        parts = [part.to_ndarray().ravel() for frame in decoded for part in mono.resample(frame)]
    samples = np.concatenate(parts).astype(np.float64)
    edges = (np.arange(frames + 1) * hertz / rate).astype(int)
    pieces = [samples[start:end] for start, end in pairwise(edges)]
    power = np.array([np.mean(piece**2) if len(piece) else 0.0 for piece in pieces])
    level = 10 * np.log10(power + 1e-12)
    floored: Track = np.maximum(level, level.max() - _FLOOR_DECIBELS)
    return floored


def correlate(darkness: Track, level: Track, lag: int) -> float:
    """Return Pearson's r with the mouth `lag` frames late; 0 if one of the two never changes."""
    count = len(level) - abs(lag)
    late, early = max(lag, 0), max(-lag, 0)
    mouth, voice = darkness[late : late + count], level[early : early + count]
    if np.std(mouth) == 0 or np.std(voice) == 0:
        return 0.0
    return float(np.corrcoef(mouth, voice)[0, 1])


def _points(network: cv2.dnn.Net, frame: Image, middle: Track, side: float, across: Track) -> Track:
    scale = _INPUT_PIXELS / side
    x, y = across / np.hypot(*across) * scale
    turn = np.array([[x, y], [-y, x]])
    matrix = np.column_stack([turn, _INPUT_PIXELS / 2 - turn @ middle])
    cut = cv2.warpAffine(frame, matrix, (_INPUT_PIXELS, _INPUT_PIXELS), flags=cv2.INTER_LINEAR)
    network.setInput(cv2.dnn.blobFromImage(cut, 1 / 255))
    found: Track = network.forward("conv2d_20").reshape(468, 3)[:, :2].astype(np.float64)
    points: Track = (found - matrix[:, 2]) @ np.linalg.inv(turn).T
    return points


def _square(points: Track) -> tuple[Track, float, Track]:
    height = np.hypot(*(points[_CHIN] - points[_FOREHEAD]))
    middle = (points[_CHIN] + points[_FOREHEAD]) / 2
    return middle, 1.5 * height, points[_LEFT_EYE] - points[_RIGHT_EYE]


def _dark_share(frame: Image, points: Track) -> float:
    lips = points[_OUTER_LIPS]
    region = _filled(frame, 1.15 * (lips - lips.mean(axis=0)) + lips.mean(axis=0))
    gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    usual = float(np.median(gray[_filled(frame, points) > 0]))
    dark = (gray < _DARK_SHARE * usual) & (region > 0)
    width = np.hypot(*(points[291] - points[61]))
    return float(dark.sum() / width**2)


def _filled(frame: Image, points: Track) -> Image:
    mask = np.zeros(frame.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points.round().astype(np.int32)), 1)
    return mask
