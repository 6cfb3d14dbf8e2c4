"""A short film made on the spot, so that nothing has to be stored."""

from __future__ import annotations

import io

import av
import numpy as np

FRAMES_PER_SECOND = 16
WIDTH, HEIGHT = 160, 200


def film(seconds: float = 2.0) -> bytes:
    """An MP4 of a moving gradient."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(round(seconds * FRAMES_PER_SECOND)):
            row = (np.arange(WIDTH) + 8 * number) % 256
            picture = np.broadcast_to(row[None, :, None], (HEIGHT, WIDTH, 3)).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return target.getvalue()
