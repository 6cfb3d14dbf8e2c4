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
_ARTICULATION = 0.5  # how much of the surrounding level is taken off: clearer syllables
_WIDEST = 0.62  # what is left of a loud syllable then
_ATTACK, _RELEASE = 0.95, 0.85  # share of the way to a louder, to a softer level in 1/16 s
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
    return Speech(opening, _width(windows) * opening, emphasis)


def _windows(samples: Samples, count: int, frames_per_second: int) -> Samples:
    """Cut the sound into one row of samples for each frame."""
    length = SAMPLE_RATE_HZ / frames_per_second
    starts = (np.arange(count) * length).astype(np.int64)
    padded = np.pad(samples, (0, ceil(length) + 1))
    windows: Samples = padded[starts[:, None] + np.arange(round(length))[None, :]]
    return windows


def _opening(windows: Samples, frames_per_second: int) -> Track:
    levels = 10 * np.log10(np.mean(windows.astype(np.float64) ** 2, axis=1) + 1e-12)
    loud = max(float(np.percentile(levels, 95)), _SILENCE_DECIBELS + _RANGE_DECIBELS)
    louder = np.clip((levels - loud) / _RANGE_DECIBELS + 1, 0, 1.1).astype(np.float32)
    around = _moving_mean(louder, max(1, round(_SYLLABLE_SECONDS * frames_per_second)))
    wanted = np.clip((louder - _ARTICULATION * around) / _WIDEST, 0, 1)
    return _follow(wanted, 16 / frames_per_second)


def _moving_mean(track: Track, length: int) -> Track:
    padded = np.pad(track, (length // 2, length - 1 - length // 2), mode="edge")
    return np.convolve(padded, np.full(length, 1 / length), mode="valid").astype(np.float32)


def _follow(wanted: Track, sixteenths: float) -> Track:
    """Go a share of the way to each frame's level; a frame lasts so many sixteenths of a second."""
    attack, release = 1 - (1 - _ATTACK) ** sixteenths, 1 - (1 - _RELEASE) ** sixteenths
    followed = np.zeros_like(wanted)
    place = 0.0
    for index, target in enumerate(wanted.tolist()):
        place += (attack if target > place else release) * (target - place)
        followed[index] = place
    return followed


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
    smooth = np.convolve(np.tanh((tilt - usual) / spread), [0.25, 0.5, 0.25], mode="same")
    return smooth.astype(np.float32)
