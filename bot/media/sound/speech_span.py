"""Where in a sound somebody speaks, and how far the voice stands above the background."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bot.media.sound.background import deviations
from bot.media.sound.samples import SAMPLES_PER_MILLISECOND, Mask, Numbers, Samples, step_powers

KEPT_BEFORE_MILLISECONDS = 120
KEPT_AFTER_MILLISECONDS = 200

FRAME_MILLISECONDS = 10
"""How finely speech and pauses are told apart."""
_KEPT_BEFORE_FRAMES = KEPT_BEFORE_MILLISECONDS // FRAME_MILLISECONDS
_KEPT_AFTER_FRAMES = KEPT_AFTER_MILLISECONDS // FRAME_MILLISECONDS
_FRAME_SAMPLES = SAMPLES_PER_MILLISECOND * FRAME_MILLISECONDS
_LEAST_POWER = 1e-10  # -100 dB: what counts as digital silence
_NEVER_SOUND_DB = -70.0
_ABOVE_FLOOR_DB = 9.0  # pauses end here,
_BELOW_SPEECH_DB = 40.0  # but not so far down, in a quiet room,
_NEAR_SPEECH_DB = 10.0  # and not so far up, where nobody ever pauses
_SPEECH_FRAMES = 10  # what is as loud as the loudest tenth of a second is speech
_NEIGHBOURS = 10  # frames on each side; a click is shorter than the fewest that must be loud
_FEWEST_LOUD = 8
_STANDS_OUT, _STANDS_OUT_AFAR = 0.75, 1.5  # a soft word is near others,
_NEAR_FRAMES = 100
_FEWEST_SOFT = 7
_SOFTEST_DB = 60.0  # under the loudest frame; what is further down is silence
_PAUSES_HEARD_FRAMES = 100
_MOST_CREDIBLE_DB = 60.0
_LEAST_FRAMES_TO_JUDGE = 100


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """From where to where there is sound, margins included, and its signal-to-noise ratio.

    The ratio, in dB, is None when there is too little sound to tell.
    """

    start_milliseconds: int
    end_milliseconds: int
    signal_to_noise_db: float | None

    @property
    def milliseconds(self) -> int:
        """The length."""
        return self.end_milliseconds - self.start_milliseconds

    @property
    def first_sample(self) -> int:
        """The start, counted in samples at 16 kHz."""
        return self.start_milliseconds * SAMPLES_PER_MILLISECOND


def find_speech(samples: Samples) -> SpeechSpan | None:
    """Find the sound in a recording at 16 kHz; None when it has no frame that stands out."""
    levels = frame_levels_db(samples)
    if len(levels) < _SPEECH_FRAMES:
        return None
    active = levels > threshold_db(levels)
    sustained = np.flatnonzero(_without_clicks(active))
    if not len(sustained):
        return None
    first, last = _with_soft_ends(samples, levels, active, int(sustained[0]), int(sustained[-1]))
    start = first * FRAME_MILLISECONDS - KEPT_BEFORE_MILLISECONDS
    end = (last + 1) * FRAME_MILLISECONDS + KEPT_AFTER_MILLISECONDS
    whole = len(samples) // SAMPLES_PER_MILLISECOND
    return SpeechSpan(max(0, start), min(whole, end), _signal_to_noise_db(levels, active))


def frame_levels_db(samples: Samples) -> Numbers:
    """Return the level of each frame of 10 ms of a recording at 16 kHz."""
    return np.asarray(10 * np.log10(np.maximum(step_powers(samples, _FRAME_SAMPLES), _LEAST_POWER)))


def threshold_db(levels: Numbers) -> float:
    """Return the level above which somebody speaks."""
    floor, speech = float(np.percentile(levels, 10)), float(np.sort(levels)[-_SPEECH_FRAMES])
    threshold = max(floor + _ABOVE_FLOOR_DB, speech - _BELOW_SPEECH_DB)
    return max(min(threshold, speech - _NEAR_SPEECH_DB), _NEVER_SOUND_DB)


def _without_clicks(active: Mask) -> Mask:
    """Keep the loud frames that have others around them."""
    around = np.convolve(active, np.ones(2 * _NEIGHBOURS + 1), "same")
    return active & (around >= _FEWEST_LOUD)


def _with_soft_ends(
    samples: Samples, levels: Numbers, active: Mask, first: int, last: int
) -> tuple[int, int]:
    """The first and the last frame of speech, with soft words before and after the loud ones."""
    if first <= _KEPT_BEFORE_FRAMES and len(levels) - last <= _KEPT_AFTER_FRAMES:
        return first, last  # all of it is kept
    outside = np.r_[:first, last + 1 : len(levels)]
    pauses = np.flatnonzero(~active[first : last + 1])[:_PAUSES_HEARD_FRAMES] + first
    frames = np.sort(np.r_[outside, pauses])
    silence = max(_NEVER_SOUND_DB, float(levels.max()) - _SOFTEST_DB)
    above = np.zeros(len(levels))
    above[frames] = deviations(samples, frames, 10 ** (silence / 10))
    away = np.maximum(first - np.arange(len(levels)), np.arange(len(levels)) - last)
    stands_out = above > np.where(away < _NEAR_FRAMES, _STANDS_OUT, _STANDS_OUT_AFAR)
    around = np.convolve(stands_out, np.ones(2 * _NEIGHBOURS + 1), "same")
    soft = np.flatnonzero(stands_out & (around >= _FEWEST_SOFT))
    return min([first, *soft[:1].tolist()]), max([last, *soft[-1:].tolist()])


def _signal_to_noise_db(levels: Numbers, active: Mask) -> float | None:
    """Compare the power of the loud frames with that of the quietest tenth of all.

    Speech pauses for a tenth of the time, or nearly; sound that never does looks
    noisier than it is.
    """
    if len(levels) < _LEAST_FRAMES_TO_JUDGE or not active.any():
        return None
    quietest = np.sort(levels)[: len(levels) // 10]
    noise = float(np.mean(10 ** (quietest / 10)))
    signal = float(np.mean(10 ** (levels[active] / 10))) - noise
    ratio = 10 * math.log10(max(signal, _LEAST_POWER) / noise)
    return min(max(ratio, 0.0), _MOST_CREDIBLE_DB)
