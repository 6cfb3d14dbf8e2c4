"""Decoded frames gathered into one channel of samples, whatever their layout, format and rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import numpy as np
import soxr
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame

from bot.media.errors import SoundFault, SoundRefused
from bot.media.sound.channels import to_mono
from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples
from bot.media.sound.timeline import Timeline

_RATES_HZ = range(4_000, 768_001)
_MOST_CHANNELS = 8
_MOST_VALUES = 4_000_000  # two minutes of stereo
_ABSURD_PEAK = 4.0  # 12 dB over full scale: a voice has no such peaks, a damaged file has
_TYPES = {"u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8", "flt": "f4", "dbl": "f8"}
_USUAL_SHARE, _MOST_OVER_USUAL = 0.99, 10.0


def gathered(
    frames: Iterable[AudioFrame],
    longest_seconds: int | None = None,
    timeline: Timeline | None = None,
) -> Samples:
    """All of them at 16 kHz, or the first of them that hold that long; none where there are none.

    Rate, layout and format may change in the middle; what the timeline says was left out is
    silence; what is louder than full scale is turned down. Raises SoundRefused (UNREADABLE).
    """
    chunks = _first(_chunks(frames, timeline), longest_seconds)
    found = [to_mono(stretch) for stretch in _stretches(chunks)]
    samples = found[0] if len(found) == 1 else np.concatenate([np.zeros(0, np.float32), *found])
    return _tame(samples)


def _stretches(chunks: Iterable[Samples]) -> Iterator[Samples]:
    """The same with one number of channels each, and of no more values than memory is there for."""
    for channels, group in groupby(chunks, lambda each: each.shape[1]):
        kept: list[Samples] = []
        for chunk in group:
            if kept and (sum(map(len, kept)) + len(chunk)) * channels > _MOST_VALUES:
                yield _joined(kept)
            kept.append(chunk)
        yield _joined(kept)


def _joined(kept: list[Samples]) -> Samples:
    """All of them, which are kept no longer."""
    whole = np.concatenate(kept)
    kept.clear()
    return whole


def _tame(samples: Samples) -> Samples:
    """Refuse what is no number and turn down what is over full scale, both possible in floats."""
    peak = float(max(samples.max(initial=0.0), -samples.min(initial=0.0)))
    if not np.isfinite(peak):
        raise SoundRefused(SoundFault.UNREADABLE)
    if peak > 1:
        samples /= np.float32(peak)
    return samples


def _first(chunks: Iterable[Samples], longest_seconds: int | None) -> Iterator[Samples]:
    """As many as hold that long."""
    left = None if longest_seconds is None else longest_seconds * SAMPLE_RATE_HZ
    for chunk in chunks:
        yield chunk[:left]
        if left is not None:
            left -= len(chunk)
            if left <= 0:
                return


def _chunks(frames: Iterable[AudioFrame], timeline: Timeline | None) -> Iterator[Samples]:
    """The same at 16 kHz, as (n, channels), each of a second or less."""
    run: _Run | None = None
    for frame in frames:
        gap = 0.0 if timeline is None else timeline.gap_seconds(frame)
        if run is None or gap or not run.takes(frame):
            yield from run.end() if run else ()
            run = _Run(frame)
        if gap:
            yield np.zeros((round(gap * SAMPLE_RATE_HZ), run.channels), np.float32)
        yield from run.add(frame)
    yield from run.end() if run else ()


class _Run:
    """Frames of one kind that follow one another, resampled as they come."""

    def __init__(self, first: AudioFrame) -> None:
        self._kind = _kind(first)
        if first.sample_rate not in _RATES_HZ or not first.layout.nb_channels:
            raise SoundRefused(SoundFault.UNREADABLE)
        self._joined, self._second = AudioFifo(), first.sample_rate
        self.channels = min(first.layout.nb_channels, _MOST_CHANNELS)
        self._resampled = soxr.ResampleStream(
            first.sample_rate, SAMPLE_RATE_HZ, self.channels, dtype="float32", quality="HQ"
        )

    def takes(self, frame: AudioFrame) -> bool:
        """Whether it is of the same kind."""
        return _kind(frame) == self._kind

    def add(self, frame: AudioFrame) -> Iterator[Samples]:
        """What is ready when this frame has come."""
        frame.pts = None
        self._joined.write(frame)
        while (block := self._joined.read(self._second)) is not None:
            yield self._resample(_numbers_of(block))

    def end(self) -> Iterator[Samples]:
        """What is left."""
        left = self._joined.read()
        none = np.zeros((0, self.channels), np.float32)
        yield self._resample(none if left is None else _numbers_of(left), last=True)

    def _resample(self, given: Samples, *, last: bool = False) -> Samples:
        planes = np.ascontiguousarray(given[:, : self.channels])
        resampled: Samples = self._resampled.resample_chunk(_without_wild(planes), last=last)
        return resampled.reshape(-1, self.channels)


def _numbers_of(frame: AudioFrame) -> Samples:
    """As (n, channels), from -1 to 1 where they are no floats."""
    kind = np.dtype(_TYPES[frame.format.name.removesuffix("p")])
    planes = [np.frombuffer(memoryview(plane), kind) for plane in frame.planes]
    values = np.column_stack([plane.reshape(frame.samples, -1) for plane in planes])
    numbers = values.astype(np.float32)
    if kind.kind == "f":
        return numbers
    whole = np.float32(2 ** (8 * kind.itemsize - 1))
    return numbers / whole - np.float32(kind.kind == "u")


def _without_wild(values: Samples) -> Samples:
    """Without single numbers far over all others, which would ring through everything near them."""
    peak = np.abs(values).max(initial=0.0)
    if peak <= _ABSURD_PEAK or not np.isfinite(peak):
        return values
    usual = np.quantile(np.abs(values), _USUAL_SHARE, method="nearest")
    most = min(peak, _MOST_OVER_USUAL * usual or peak)
    return np.clip(values, -most, most)


def _kind(frame: AudioFrame) -> tuple[object, ...]:
    return frame.sample_rate, frame.format.name, frame.layout.name, frame.layout.nb_channels
