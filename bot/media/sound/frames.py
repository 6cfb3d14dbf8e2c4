"""Decoded frames gathered into one channel of samples, whatever their layout, format and rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

import numpy as np
import soxr
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from bot.media.errors import SoundFault, SoundRefused
from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples

_RATES_HZ = range(8_000, 192_001)
_MOST_CHANNELS = 8
_OPPOSITE_PHASE = 0.1  # a mix that keeps less of two channels' power has cancelled them out
_LOUDEST = 4.0  # 12 dB over full scale: decoders overshoot, float files claim anything


def gathered(frames: Iterator[AudioFrame], longest_seconds: int | None = None) -> Samples:
    """All of them at 16 kHz, or the first of them that hold that long; none where there are none.

    Raises SoundRefused (UNREADABLE), and ValueError for a frame that is unlike those before it.
    """
    first = next(frames, None)
    if first is None:
        return np.zeros(0, np.float32)
    rate_hz = first.sample_rate
    if rate_hz not in _RATES_HZ or first.layout.nb_channels > _MOST_CHANNELS:
        raise SoundRefused(SoundFault.UNREADABLE)
    seconds = islice(_seconds(chain([first], frames, [None]), rate_hz), longest_seconds)
    mono = _tame(_to_mono(np.concatenate([*seconds], axis=1)))
    samples: Samples = soxr.resample(mono, rate_hz, SAMPLE_RATE_HZ, "HQ")
    return samples


def _seconds(frames: Iterable[AudioFrame | None], rate_hz: int) -> Iterator[Samples]:
    """The same second by second, in numbers of one kind; gaps in time are closed."""
    joined = AudioResampler("flt", frame_size=rate_hz)
    for frame in frames:
        if frame is not None:
            frame.pts = None
        yield from map(_channels, joined.resample(frame))


def _channels(block: AudioFrame) -> Samples:
    """Return (1 or 2, n) numbers from -1 to 1; more channels than two are averaged."""
    values = np.asarray(block.to_ndarray(), np.float32).reshape(-1, block.layout.nb_channels).T
    return values if len(values) <= 2 else values.mean(axis=0, keepdims=True, dtype=np.float32)


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
