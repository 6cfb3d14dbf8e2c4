"""What the mouth does, frame by frame, read off the sound."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples

Track = npt.NDArray[np.float32]
"""One number a video frame."""

_RANGE_DECIBELS = 30.0  # below the loud parts by this much, the mouth is closed
_SILENCE_DECIBELS = -75.0  # below full scale; nothing softer opens the mouth
_SYLLABLE_SECONDS = 0.9  # the level is judged against its surroundings this wide
_ARTICULATION = 0.54  # how much of the surrounding level is taken off: clearer syllables
_WIDEST = 0.62  # what is left of a loud syllable then
_STEP, _STEP_OF_WIDTH = 0.14, 0.3  # from frame to frame, as seen about a third of the way
_SWEEPS = 60
_EASING = (0.1, 0.8, 0.1)  # it begins and ends a movement gently
_EMPHASIS_SECONDS = 0.45  # the head follows the speech this much more slowly than the mouth
_TILT_SPLIT_HERTZ = 1500.0
_VOICE_HERTZ = (120.0, 6000.0)


@dataclass(frozen=True, slots=True)
class Speech:
    """What the face does in each frame.

    The mouth's opening 0..1 and width -1..1 (pursed to drawn wide), and the head's emphasis 0..1.
    """

    opening: Track
    width: Track
    emphasis: Track


def read_speech(samples: Samples, frames_per_second: int) -> Speech:
    """Return the mouth's movements for as many frames as the sound needs."""
    count = max(1, ceil(round(len(samples) / SAMPLE_RATE_HZ * frames_per_second, 3)))
    windows = _windows(samples, count, frames_per_second)
    opening = _opening(windows, frames_per_second)
    emphasis = _moving_mean(opening, max(1, round(_EMPHASIS_SECONDS * frames_per_second)))
    width = _eased(_width(windows) * np.minimum(1, 1.5 * opening), _STEP_OF_WIDTH)
    return Speech(opening, width, emphasis)


def _windows(samples: Samples, count: int, frames_per_second: int) -> Samples:
    """Cut the sound into one row of samples for each frame."""
    length = SAMPLE_RATE_HZ / frames_per_second
    starts = (np.arange(count) * length).astype(np.int64)
    padded = np.pad(samples, (0, ceil(length) + 1))
    return np.asarray(padded[starts[:, None] + np.arange(round(length))[None, :]])


def _opening(windows: Samples, frames_per_second: int) -> Track:
    levels = 10 * np.log10(np.mean(windows.astype(np.float64) ** 2, axis=1) + 1e-12)
    loud = max(float(np.percentile(levels, 95)), _SILENCE_DECIBELS + _RANGE_DECIBELS)
    louder = np.clip((levels - loud) / _RANGE_DECIBELS + 1, 0, 1.1).astype(np.float32)
    around = _moving_mean(louder, max(1, round(_SYLLABLE_SECONDS * frames_per_second)))
    wanted = np.clip((louder - _ARTICULATION * around) / _WIDEST, 0, 1)
    return _eased(wanted, _STEP)


def _moving_mean(track: Track, length: int) -> Track:
    padded = np.pad(track, (length // 2, length - 1 - length // 2), mode="edge")
    return np.convolve(padded, np.full(length, 1 / length), mode="valid").astype(np.float32)


def _eased(wanted: Track, step: float) -> Track:
    """A track close to it that moves at most one step from frame to frame, before a change as much
    as after it: it is never late.
    """
    track = wanted.astype(np.float32)
    for _ in range(_SWEEPS):
        for first in (0, 1):
            pairs = track[first : len(track) - (len(track) - first) % 2].reshape(-1, 2)
            change = pairs[:, 1] - pairs[:, 0]
            excess = (change - np.clip(change, -step, step)) / 2
            pairs += np.stack([excess, -excess], axis=1)
    return np.convolve(np.pad(track, 1, mode="edge"), _EASING, mode="valid").astype(np.float32)


def _width(windows: Samples) -> Track:
    """Return bright sounds ("ee", "s") as wide, dark ones ("oo") as narrow."""
    shaped = windows * np.hanning(windows.shape[1])[None, :]
    power = np.abs(np.fft.rfft(shaped, axis=1)) ** 2
    hertz = np.fft.rfftfreq(windows.shape[1], 1 / SAMPLE_RATE_HZ)
    low = power[:, (hertz >= _VOICE_HERTZ[0]) & (hertz < _TILT_SPLIT_HERTZ)].sum(axis=1)
    high = power[:, (hertz >= _TILT_SPLIT_HERTZ) & (hertz < _VOICE_HERTZ[1])].sum(axis=1)
    tilt = np.log10(high + 1e-9) - np.log10(low + 1e-9)
    usual = float(np.median(tilt))
    spread = max(float(np.std(tilt)), 0.3)
    return np.asarray(np.tanh((tilt - usual) / spread), np.float32)
