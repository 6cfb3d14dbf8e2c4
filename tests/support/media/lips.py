"""Do the lips follow the voice? Measured on the delivered file alone.

Nothing of the renderer is used: the MP4 is decoded, the mouth is found anew in every frame, dark
pixels are counted there, and the level comes from the file's own voice.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from bot.media.picture.faces import detect_faces

_WIDE, _HIGH = 0.5, 0.4  # half the mouth's region, in distances between the eyes
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
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.array([_dark_share(np.asarray(frame, np.uint8)) for frame in frames]), rate


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


def _dark_share(frame: Image) -> float:
    """Of the square over the distance between the eyes: an ellipse around the mouth."""
    face = detect_faces(frame)[0]
    eyes = complex(face.left_eye.x, face.left_eye.y) - complex(face.right_eye.x, face.right_eye.y)
    apart, tilt = abs(eyes), math.degrees(cmath.phase(eyes))
    middle, axes = (face.mouth.x, face.mouth.y), (2 * _WIDE * apart, 2 * _HIGH * apart)
    region = cv2.ellipse(np.zeros(frame.shape[:2], np.uint8), (middle, axes, tilt), 1, -1)
    gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    whole = gray[round(face.top) : round(face.bottom), round(face.left) : round(face.right)]
    return float(((gray < _DARK_SHARE * np.median(whole)) & (region > 0)).sum() / apart**2)
