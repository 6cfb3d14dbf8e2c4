"""Photos and sounds for the renderer's tests, made from the sandbox's samples."""

from __future__ import annotations

import wave
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

import bot.sandbox
from bot.media.preview.canvas import Canvas
from bot.media.preview.encoder import Encoder
from bot.media.preview.sound import Sound

SAMPLES = Path(bot.sandbox.__file__).parent / "samples"
RATE_HERTZ = 16_000

Image = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float64]


def portrait() -> Image:
    """The sample portrait, BGR."""
    return np.asarray(cv2.imread(str(SAMPLES / "portrait.jpg")), np.uint8)


def jpeg(picture: Any) -> bytes:
    encoded, data = cv2.imencode(".jpg", picture)
    assert encoded
    return data.tobytes()


def turned(picture: Image, degrees: float) -> Image:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    way = cv2.BORDER_REFLECT
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=way), np.uint8)


def drawn(picture: Image) -> Image:
    """A photo as a flat drawing with few colours."""
    flat = picture
    for _ in range(4):
        flat = np.asarray(cv2.bilateralFilter(flat, 9, 50, 9), np.uint8)
    return (flat // 24 * 24 + 12).astype(np.uint8)


def voice() -> Samples:
    """The sample voice at 16 kHz, -1..1."""
    with av.open(str(SAMPLES / "voice.ogg")) as container:
        mono = av.AudioResampler(format="flt", layout="mono", rate=RATE_HERTZ)
        decoded = [*container.decode(audio=0), None]
        parts = [part.to_ndarray().ravel() for frame in decoded for part in mono.resample(frame)]
    return np.concatenate(parts).astype(np.float64)


def wav(samples: Samples) -> bytes:
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HERTZ)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def tone(seconds: float, hertz: float = 220.0, level: float = 0.5) -> Samples:
    return level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE_HERTZ)) / RATE_HERTZ)


def still_video(target: Path, canvas: Canvas, samples: Samples) -> None:
    """A face that does not move while its sound plays."""
    sound = Sound(samples.astype(np.float32), RATE_HERTZ)
    size = canvas.photo.shape[1], canvas.photo.shape[0]
    with Encoder(target, size, 16, sound) as encoder:
        for _ in range(int(16 * len(samples) / RATE_HERTZ)):
            encoder.add(canvas.photo)


def frames_of(path: Path) -> list[Image]:
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="bgr24")) for frame in container.decode(video=0)]
