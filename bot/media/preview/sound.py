"""The given sound as samples: what the mouth follows and what the video plays."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer

from bot.media.preview.errors import SoundUnreadable

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono samples, -1..1."""

    samples: Samples
    rate_hertz: int

    @property
    def duration_seconds(self) -> float:
        """How long it plays."""
        return len(self.samples) / self.rate_hertz


def read_sound(data: bytes) -> Sound:
    """Decode a WAV (or MP3) in memory; raises SoundUnreadable."""
    demuxer = "wav" if data[:4] == b"RIFF" else "mp3"
    try:
        with av.open(BytesIO(data), "r", format=demuxer) as container:
            return _decode(container)
    except (av.FFmpegError, IndexError) as error:
        raise SoundUnreadable from error


def _decode(container: InputContainer) -> Sound:
    rate_hertz = container.streams.audio[0].rate
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate_hertz)
    decoded = [*container.decode(audio=0), None]
    parts = [part.to_ndarray()[0] for frame in decoded for part in resampler.resample(frame)]
    if not parts:
        raise SoundUnreadable
    samples = np.nan_to_num(np.concatenate(parts), posinf=0, neginf=0)
    return Sound(np.clip(samples, -1, 1).astype(np.float32), rate_hertz)
