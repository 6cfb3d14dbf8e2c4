"""Small videos for the tests."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import av
import numpy as np

from tests.media.recordings import SPEECH_RATE_HZ, Samples


def video_with_sound(
    samples: Samples | None, *, side_pixels: int, break_picture: bool = False
) -> bytes:
    """Return a square MP4 like a round video note, with a few pictures and the given sound."""
    target = BytesIO()
    with av.open(target, "w", format="mp4") as output:
        video = output.add_stream("mpeg4", rate=10)
        video.width = video.height = side_pixels
        video.pix_fmt = "yuv420p"
        audio = None
        if samples is not None:
            audio = output.add_stream("aac", rate=SPEECH_RATE_HZ, layout="mono")
        for _ in range(3):
            picture = np.full((side_pixels, side_pixels, 3), 90, np.uint8)
            for packet in video.encode(av.VideoFrame.from_ndarray(picture)):
                output.mux(_broken(packet) if break_picture else packet)
        output.mux(video.encode(None))
        if audio is not None and samples is not None:
            frame = av.AudioFrame.from_ndarray(np.atleast_2d(samples), "fltp", "mono")
            frame.sample_rate = SPEECH_RATE_HZ
            output.mux(audio.encode(frame))
            output.mux(audio.encode(None))
    return target.getvalue()


def _broken(packet: Any) -> Any:
    garbage: Any = av.Packet(b"\xa5" * packet.size)
    garbage.stream, garbage.pts, garbage.dts = packet.stream, packet.pts, packet.dts
    garbage.time_base, garbage.duration = packet.time_base, packet.duration
    return garbage
