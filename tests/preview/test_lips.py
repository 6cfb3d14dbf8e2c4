"""The lips of the delivered file follow its own sound, and the meter would notice if not."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from bot.media.exchange import Resolution
from bot.media.preview.render import X264, open_canvas, render_preview
from bot.media.video.writer import VideoFormat, VideoWriter
from tests.support.media import photos, voices
from tests.support.media.lips import correlate, dark_area, lip_correlation, log_rms

LEAST_R, MOST_R_LATER = 0.7, 0.3


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


def test_lips_follow_the_sound_at_720p(
    tmp_path: Path, portrait_jpeg: bytes, voice: voices.Samples
) -> None:
    resolution: Resolution = "720P"
    sound = voices.wav(voice[: 3 * voices.SAMPLE_RATE_HZ])
    render_preview(portrait_jpeg, sound, tmp_path / "large.mp4", resolution=resolution)
    assert_lips_follow(tmp_path / "large.mp4")


@pytest.mark.parametrize(
    "change",
    [lambda picture: photos.turned(picture, 35), small, grey, seen_from_the_side, drawn],
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
    assert max(correlate(darkness, level, lag) for lag in range(4)) < 0.5
