"""Pictures and recordings made when the tests run."""

from __future__ import annotations

import io

import av
import numpy as np
from PIL import Image

RATE_HERTZ = 48_000


def picture(
    width: int = 1600, height: int = 1200, form: str = "JPEG", *, orientation: int | None = None
) -> bytes:
    """A gradient, perhaps with an EXIF orientation and a place."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
        exif[0x010F] = "A camera's maker"
    buffer = io.BytesIO()
    image.save(buffer, form, exif=exif)
    return buffer.getvalue()


def recording(form: str, codec: str, seconds: float = 1.0) -> bytes:
    """A tone in a container."""
    times = np.arange(int(seconds * RATE_HERTZ)) / RATE_HERTZ
    samples = (np.sin(2 * np.pi * 330 * times) * 12_000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis, :], format="s16", layout="mono")
    frame.sample_rate, frame.pts = RATE_HERTZ, 0
    target = io.BytesIO()
    with av.open(target, "w", format=form) as container:
        stream = container.add_stream(codec, rate=RATE_HERTZ, layout="mono")
        assert isinstance(stream, av.AudioStream)
        context = stream.codec_context
        resampler = av.AudioResampler(
            context.format, "mono", RATE_HERTZ, frame_size=context.frame_size or 960
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return target.getvalue()


def video(width: int = 64, height: int = 48, frames: int = 10) -> bytes:
    """A silent H.264 clip at 10 frames a second."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            shade = np.full((height, width, 3), number % 12 * 20, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")))
        container.mux(stream.encode(None))
    return target.getvalue()
