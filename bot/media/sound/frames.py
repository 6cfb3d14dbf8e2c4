"""Decoded frames gathered into one channel of samples, whatever their layout and number format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame

from bot.media.errors import SoundFault, SoundRefused
from bot.media.sound.samples import Samples

LONGEST_READ_SECONDS = 120
"""Where reading stops, whatever follows, unless more is asked for."""

_VALUES_PER_SECOND = 48_000 * 2
_RATES_HZ = range(8_000, 192_001)
_MOST_CHANNELS = 8
_OPPOSITE_PHASE = 0.1  # a mix that keeps less of two channels' power has cancelled them out
_LOUDEST = 4.0  # 12 dB over full scale: decoders overshoot, float files claim anything


@dataclass(frozen=True, slots=True)
class DecodedSound:
    """One channel of samples, -1 to 1; `whole` is False when reading stopped before the end."""

    samples: Samples
    rate_hz: int
    whole: bool
    claimed_milliseconds: int | None

    @property
    def milliseconds(self) -> int:
        """The length of what was read."""
        return round(1000 * len(self.samples) / self.rate_hz)


class FrameGatherer:
    """The frames so far: one sample rate, one number of channels, so many samples at most."""

    def __init__(self, longest_seconds: int = LONGEST_READ_SECONDS) -> None:
        self._longest_seconds = longest_seconds
        self._queue = AudioFifo()  # joins frames of 20 ms faster than numpy would
        self._blocks: list[Samples] = []
        self._rate_hz = 0
        self._frames_left = 0
        self._values_left = longest_seconds * _VALUES_PER_SECOND

    def add(self, frame: AudioFrame) -> None:
        """Keep one frame; ValueError when it is unlike those before it."""
        if not self._rate_hz:
            self._begin(frame)
        frame.pts = None  # gaps in time are closed
        self._queue.write(frame)
        if self._queue.samples >= self._rate_hz:
            self._take()

    def _begin(self, frame: AudioFrame) -> None:
        if frame.sample_rate not in _RATES_HZ or frame.layout.nb_channels > _MOST_CHANNELS:
            raise SoundRefused(SoundFault.UNREADABLE)
        self._rate_hz = frame.sample_rate
        self._frames_left = self._longest_seconds * frame.sample_rate

    def _take(self) -> None:
        """Make one block of what is queued."""
        joined = self._queue.read()
        if joined is None:
            return
        block = _channels(joined)
        self._blocks.append(block)
        self._frames_left -= block.shape[1]
        self._values_left -= block.size

    @property
    def full(self) -> bool:
        """Whether as much was read as ever will be."""
        return self._rate_hz > 0 and min(self._frames_left, self._values_left) <= 0

    def finish(self, claimed_milliseconds: int | None) -> DecodedSound:
        """Join the frames into one channel; SoundRefused (UNREADABLE) when there are none."""
        if not self._rate_hz:
            raise SoundRefused(SoundFault.UNREADABLE)
        self._take()
        samples = _tame(_to_mono(np.concatenate(self._blocks, axis=1)))
        return DecodedSound(samples, self._rate_hz, not self.full, claimed_milliseconds)


def _channels(frame: AudioFrame) -> Samples:
    """Return a frame as (1 or 2, n) numbers from -1 to 1; more channels than two are averaged."""
    values: npt.NDArray[Any] = frame.to_ndarray()
    channels = frame.layout.nb_channels
    if not frame.format.is_planar:
        values = values.reshape(-1, channels).T
    block = _to_floats(values)
    return block if channels <= 2 else block.mean(axis=0, keepdims=True, dtype=np.float32)


def _to_floats(values: npt.NDArray[Any]) -> Samples:
    floats: Samples = values.astype(np.float32)
    if values.dtype == np.uint8:
        floats = (floats - np.float32(128)) / np.float32(128)
    elif values.dtype.kind == "i":
        floats = floats / np.float32(2 ** (8 * values.dtype.itemsize - 1))
    return floats


def _to_mono(block: Samples) -> Samples:
    """Average two channels; when they cancel each other out (one is wired inverted), take one."""
    mono: Samples = block.mean(axis=0, dtype=np.float32)
    powers = np.einsum("ij,ij->i", block, block)
    if np.vdot(mono, mono) < _OPPOSITE_PHASE * powers.mean():
        mono = block[int(powers.argmax())]
    return mono


def _tame(samples: Samples) -> Samples:
    """Refuse what is no number and scale down the absurdly loud, both possible in float files."""
    peak = float(np.abs(samples).max(initial=0.0))
    if not np.isfinite(peak):
        raise SoundRefused(SoundFault.UNREADABLE)
    scale = np.float32(1 / peak if peak > _LOUDEST else 1)
    tamed: Samples = np.multiply(samples, scale, dtype=np.float32)
    return tamed
