"""The lips of the delivered file follow its own sound, and the meter would notice if not.

Nothing of the renderer is used to measure it: the MP4 is decoded, the mouth is found anew in every
frame, dark pixels are counted there, and the level comes from the file's own voice.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from bot.media.exchange import Resolution
from bot.media.picture.faces import detect_faces
from bot.media.preview.render import X264, open_canvas, render_preview
from bot.media.video.writer import VideoFormat, VideoWriter
from tests.preview.test_face import turned
from tests.preview.test_render import frames_of
from tests.support.media import photos, voices

LEAST_R, MOST_R_LATER = 0.7, 0.3
LEAST_R_AT_ONCE = 0.85  # of a face that looks at the camera
MOST_MOVEMENT = 0.35  # from one frame to the next, of all that the mouth moves

_WIDE, _HIGH = 0.5, 0.4  # half the mouth's region, in distances between the eyes
_DARK_SHARE = 0.38  # of the face's median brightness: darker than lips, lighter than a throat
_FLOOR_DECIBELS = 50.0  # below the loudest frame; digital silence has no logarithm

Track = npt.NDArray[np.float64]


def lip_correlation(mp4_path: Path, lags: Iterable[int] = range(9)) -> dict[int, float]:
    """Pearson's r of the mouth's dark area against the log RMS of the voice, by lag.

    A lag of n means that the mouth comes n frames after the voice.
    """
    darkness, rate = dark_area(mp4_path)
    level = log_rms(mp4_path, len(darkness), rate)
    return {lag: correlate(darkness, level, lag) for lag in lags}


def dark_area(mp4_path: Path) -> tuple[Track, float]:
    """The dark share of the mouth's region in each frame, and the frames a second."""
    with av.open(str(mp4_path)) as container:
        rate = float(container.streams.video[0].average_rate or 0)
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.array([_dark_share(np.asarray(frame, np.uint8)) for frame in frames]), rate


def log_rms(mp4_path: Path, frames: int, rate: float) -> Track:
    """The level of the file's own voice during each frame, in decibels."""
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
    """Pearson's r with the mouth `lag` frames late; 0 if one of the two never changes."""
    count = len(level) - abs(lag)
    late, early = max(lag, 0), max(-lag, 0)
    mouth, voice = darkness[late : late + count], level[early : early + count]
    if np.std(mouth) == 0 or np.std(voice) == 0:
        return 0.0
    return float(np.corrcoef(mouth, voice)[0, 1])


def _dark_share(frame: npt.NDArray[np.uint8]) -> float:
    """Of the square over the distance between the eyes: an ellipse around the mouth."""
    dark, apart = _dark_mouth(frame)
    return float(dark.sum() / apart**2)


def _dark_mouth(frame: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.bool_], float]:
    """The dark pixels around the mouth, and the distance between the eyes."""
    face = detect_faces(frame)[0]
    eyes = complex(face.left_eye.x, face.left_eye.y) - complex(face.right_eye.x, face.right_eye.y)
    apart, tilt = abs(eyes), math.degrees(cmath.phase(eyes))
    middle, axes = (face.mouth.x, face.mouth.y), (2 * _WIDE * apart, 2 * _HIGH * apart)
    region = cv2.ellipse(np.zeros(frame.shape[:2], np.uint8), (middle, axes, tilt), 1, -1)
    gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    whole = gray[round(face.top) : round(face.bottom), round(face.left) : round(face.right)]
    return (gray < _DARK_SHARE * np.median(whole)) & (region > 0), apart


def assert_lips_follow(path: Path) -> None:
    by_lag = lip_correlation(path)
    assert max(by_lag[0], by_lag[1]) >= LEAST_R, by_lag
    assert all(r < MOST_R_LATER for lag, r in by_lag.items() if lag >= 3), by_lag


def small(picture: photos.Pixels) -> photos.Pixels:
    face = picture[40:260, 100:360]
    return np.asarray(cv2.resize(face, (118, 100), interpolation=cv2.INTER_AREA), np.uint8)


def grey(picture: photos.Pixels) -> photos.Pixels:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def drawn(picture: photos.Pixels) -> photos.Pixels:
    """Few colours and flat areas."""
    flat = picture
    for _ in range(4):
        flat = np.asarray(cv2.bilateralFilter(flat, 9, 50, 9), np.uint8)
    return (flat // 24 * 24 + 12).astype(np.uint8)


def seen_from_the_side(picture: photos.Pixels) -> photos.Pixels:
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    away = corners + np.array([[0, 0], [-90, 70], [-90, -70], [0, 0]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, away)
    return np.asarray(cv2.warpPerspective(picture, matrix, (width, height)), np.uint8)


def test_lips_follow_the_sound(speaking: Path) -> None:
    assert_lips_follow(speaking)
    assert lip_correlation(speaking, lags=[0])[0] >= LEAST_R_AT_ONCE


def assert_eased(path: Path) -> None:
    darkness, _ = dark_area(path)
    assert np.abs(np.diff(darkness)).max() <= MOST_MOVEMENT * np.percentile(darkness, 98)


def test_a_mouth_takes_some_frames_to_open_and_to_close(speaking: Path) -> None:
    assert_eased(speaking)


def test_a_dark_sound_rounds_the_lips_and_a_bright_one_spreads_them(
    tmp_path: Path, portrait_jpeg: bytes
) -> None:
    vowel = partial(voices.tone, 0.5, rate_hz=voices.SAMPLE_RATE_HZ)
    sound = np.concatenate([vowel(250), vowel(3_000)] * 3)
    render_preview(portrait_jpeg, voices.wav(sound), tmp_path / "vowels.mp4")
    frames = [frame[:, :, ::-1] for frame in frames_of(tmp_path / "vowels.mp4")]
    dark, bright = (width_by_height(frames[middle]) for middle in (20, 28))
    assert bright > 1.3 * dark


def width_by_height(frame: npt.NDArray[np.uint8]) -> float:
    """Of the dark in the mouth."""
    rows, columns = np.nonzero(_dark_mouth(np.ascontiguousarray(frame))[0])
    return float(np.std(columns) / np.std(rows))


def test_lips_follow_the_sound_at_720p(
    tmp_path: Path, portrait_jpeg: bytes, voice: voices.Samples
) -> None:
    resolution: Resolution = "720P"
    sound = voices.wav(voice[: 3 * voices.SAMPLE_RATE_HZ])
    render_preview(portrait_jpeg, sound, tmp_path / "large.mp4", resolution=resolution)
    assert_lips_follow(tmp_path / "large.mp4")
    assert_eased(tmp_path / "large.mp4")


@pytest.mark.proof
@pytest.mark.parametrize(
    "change",
    [lambda picture: turned(picture, 35), small, grey, seen_from_the_side, drawn],
    ids=["tilted", "100 pixels high", "grey", "from the side", "drawn"],
)
def test_lips_follow_the_sound_on_a_difficult_face(
    change: Callable[[photos.Pixels], photos.Pixels], tmp_path: Path, voice: voices.Samples
) -> None:
    photo = photos.jpeg(change(photos.portrait_pixels()))
    render_preview(photo, voices.wav(voice[: 4 * voices.SAMPLE_RATE_HZ]), tmp_path / "video.mp4")
    assert_lips_follow(tmp_path / "video.mp4")


def test_the_mouth_stays_shut_in_silence(tmp_path: Path, portrait_jpeg: bytes) -> None:
    silence = np.zeros(2 * voices.SAMPLE_RATE_HZ)
    render_preview(portrait_jpeg, voices.wav(silence), tmp_path / "silent.mp4")
    darkness, _ = dark_area(tmp_path / "silent.mp4")
    assert darkness.max() < 0.01


def test_a_still_face_is_seen_not_to_follow(
    tmp_path: Path, portrait_jpeg: bytes, voice: voices.Samples
) -> None:
    canvas = open_canvas(portrait_jpeg, 640 * 480)
    height, width = canvas.photo.shape[:2]
    still = VideoFormat(width, height, Fraction(16), X264)
    planes = np.asarray(cv2.cvtColor(canvas.photo, cv2.COLOR_BGR2YUV_I420), np.uint8)
    sound = voice[: 3 * voices.SAMPLE_RATE_HZ].astype(np.float32)
    with VideoWriter(tmp_path / "still.mp4", still, sound) as writer:
        for _ in range(3 * 16):
            writer.add(planes)
    assert max(lip_correlation(tmp_path / "still.mp4", lags=(0, 1)).values()) < MOST_R_LATER


def test_lips_of_another_sound_are_seen_not_to_follow(
    tmp_path: Path, speaking: Path, portrait_jpeg: bytes, voice: voices.Samples
) -> None:
    render_preview(portrait_jpeg, voices.wav(voice[::-1]), tmp_path / "backwards.mp4")
    darkness, rate = dark_area(tmp_path / "backwards.mp4")
    level = log_rms(speaking, len(darkness), rate)
    assert max(correlate(darkness, level, lag) for lag in range(4)) < 0.6
