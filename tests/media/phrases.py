"""Sound like speech, of which it is known where nobody speaks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import soxr

from bot.media.samples import SAMPLE_RATE_HZ, Samples
from tests.media.recordings import SPEECH_RATE_HZ, noise, voiced

Pauses = list[tuple[int, int]]


@cache
def _buzz() -> Samples:
    """Syllables with gaps of an eighth of a second, as between those of a word."""
    return np.asarray(soxr.resample(voiced(30, 120), SPEECH_RATE_HZ, SAMPLE_RATE_HZ), np.float32)


@cache
def _hiss() -> Samples:
    return noise(10, 0.0005)


def phrases(lengths: Sequence[tuple[int, int]], *, loud: float = 1.0) -> tuple[Samples, Pauses]:
    """Phrases and the pauses after them (milliseconds), at 16 kHz; where the pauses are."""
    blocks: list[Samples] = []
    pauses: Pauses = []
    at = 0
    for speech, pause in lengths:
        blocks.append(_buzz()[: speech * 16] * np.float32(loud))
        blocks.append(np.resize(_hiss(), pause * 16))
        pauses.append((at + speech, at + speech + pause))
        at += speech + pause
    return np.concatenate(blocks), pauses


def long_voice(seconds: float, *, every: float = 3.0, pause: float = 0.4) -> Samples:
    """A voice of that length at 48 kHz which pauses for breath every few seconds."""
    count = int(seconds / (every + pause)) + 1
    lengths = [(int(every * 1000), int(pause * 1000))] * count
    samples = phrases(lengths)[0][: int(seconds * SAMPLE_RATE_HZ)]
    return np.asarray(soxr.resample(samples, SAMPLE_RATE_HZ, SPEECH_RATE_HZ), np.float32)
