"""Videos as the pipeline keeps them: H.264 and AAC, labelled."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from bot.media.video import stamp_label

RATE_HERTZ = 16_000
FRAMES_PER_SECOND = 10


def film(target: Path, *, seconds: float = 1.0, side_pixels: int = 96, flat: bool = False) -> bytes:
    """Noise and a tone: a picture that does not become small by itself, unless it is `flat`."""
    raw = target.with_name(f"raw-{target.name}")
    with av.open(str(raw), "w", format="mp4") as output:
        video = output.add_stream("libx264", rate=FRAMES_PER_SECOND, options={"crf": "12"})
        video.width = video.height = side_pixels
        video.pix_fmt = "yuv420p"
        audio = output.add_stream("aac", rate=RATE_HERTZ, layout="mono")
        audio.bit_rate = 32_000
        noise = np.random.default_rng(7)
        for number in range(round(seconds * FRAMES_PER_SECOND)):
            picture = noise.integers(0, 256, (side_pixels, side_pixels, 3), np.uint8)
            if flat:
                picture[:] = number
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_SECOND)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        output.mux(audio.encode(_tone(seconds)))
        output.mux(audio.encode(None))
    stamp_label(raw, target, produce_id="job-1")
    raw.unlink()
    return target.read_bytes()


def _tone(seconds: float) -> av.AudioFrame:
    wave = 0.3 * np.sin(np.arange(round(seconds * RATE_HERTZ)) * 2 * np.pi * 440 / RATE_HERTZ)
    frame = av.AudioFrame.from_ndarray(wave[np.newaxis].astype(np.float32), "fltp", "mono")
    frame.sample_rate, frame.pts = RATE_HERTZ, 0
    return frame
