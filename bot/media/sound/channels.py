"""Several channels made into one: in each moment that in which the voice is.

Power tells little (rumble has more than a voice), and an average may lose what it is made of (one
side inverted, late, or full of something else). So channels are compared tenth by tenth of a
second, where voices are in the spectrum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.media.sound.samples import SAMPLE_RATE_HZ, Mask, Numbers, Places, Samples
from bot.media.sound.spectrum import frequencies_hz, samples_from, spectrum_of
from bot.media.sound.voice_activity import LEAST_CHUNKS, at_steps, speaking_chunks

_STEP_SAMPLES = SAMPLE_RATE_HZ // 10
_VOICE_HZ = (200.0, 4_000.0)
_SAME = 1e-4  # of the peak: two copies of one channel
_ALIKE = 0.8  # correlated so well in nearly every step, channels are one voice: the noise is halved
_NEARLY_EVERY = 0.9
_UNLIKE = 0.5
_HEARD_DB = 35.0  # below the loudest step nothing has to be chosen
_MAY_LOSE_DB = 3.0
_SWITCH_DB = 10.0  # what one step has to win, or several together
_SILENT_DB = 40.0  # how much worse than a voice something else is
_LEAST_POWER = 1e-12
_FADE_SAMPLES = _STEP_SAMPLES // 4
_AROUND_CHUNKS = 15  # half a second around speech belongs to it


def to_mono(channels: Samples) -> Samples:
    """Return one channel of (n, channels)."""
    first = np.ascontiguousarray(channels[:, 0])
    most = max(channels.max(initial=0.0), -channels.min(initial=0.0))
    if not np.isfinite(most):  # what is no number is refused later
        return first * np.float32(np.nan)
    if channels.shape[1] == 1 or all(_differ(each, first) <= _SAME * most for each in channels.T):
        return first
    steps = _Steps.of([_voice_band(each) for each in channels.T])
    alike = steps.alike()
    together = np.zeros(len(channels), np.float32)
    for number in np.flatnonzero(alike):
        together += channels[:, number]
    together /= np.float32(alike.sum())
    others = np.flatnonzero(~alike)
    candidates = [together, *(channels[:, other] for other in others)]
    return _drawn(candidates, _cheapest_way(steps.losses([steps.best, *others])))


def _differ(one: Samples, other: Samples) -> float:
    difference = one - other
    return float(max(difference.max(initial=0.0), -difference.min(initial=0.0)))


@dataclass(frozen=True, slots=True)
class _Steps:
    """What of each channel is like a voice, its level in each step, how like it is to the best
    channel there, and where there is anything to hear.
    """

    voices: list[Samples]
    levels: Numbers
    likeness: Numbers
    heard: Mask
    best: int

    @classmethod
    def of(cls, voices: list[Samples]) -> _Steps:
        """Measure."""
        powers = np.stack([_in_steps(each, each) for each in voices])
        best = int(powers.sum(axis=1).argmax())
        products = np.stack([_in_steps(each, voices[best]) for each in voices])
        likeness = products / np.sqrt(powers * powers[best])
        levels = 10 * np.log10(powers)
        heard = levels.max(axis=0) > levels.max() - _HEARD_DB
        return cls(voices, levels, likeness, heard, best)

    def alike(self) -> Mask:
        """Which channels are the best one once more, the best itself among them."""
        same = (self.likeness[:, self.heard] > _ALIKE).mean(axis=1) > _NEARLY_EVERY
        means = self.levels[:, self.heard].mean(axis=1)
        alike = np.asarray(same & (means > means[self.best] - 2 * _MAY_LOSE_DB))
        alike[self.best] = True
        return alike

    def losses(self, channels: list[int]) -> Numbers:
        """How many dB too little of the voice each of these channels has in each step."""
        levels, heard = self.levels[channels], self.heard
        if self._are_strange(channels):
            speaks = np.stack([_speaking_steps(self.voices[each], len(heard)) for each in channels])
            if speaks.any():
                heard = heard & speaks.any(axis=0)
                levels = np.where(speaks, levels, levels - _SILENT_DB)
        return np.asarray(np.maximum(0, levels.max(axis=0) - levels - _MAY_LOSE_DB) * heard)

    def _are_strange(self, channels: list[int]) -> bool:
        """Whether some of them have something else than the best channel."""
        unlike = np.abs(self.likeness[channels]) < _UNLIKE
        loud = self.levels[channels] > self.levels.max() - _HEARD_DB
        return bool((unlike & loud).any())


def _voice_band(channel: Samples) -> Samples:
    spectrum = spectrum_of(channel)
    low, high = np.searchsorted(frequencies_hz(len(spectrum)), _VOICE_HZ)
    spectrum[:low] = 0
    spectrum[high:] = 0
    return samples_from(spectrum, len(channel))


def _in_steps(one: Samples, other: Samples) -> Numbers:
    """Return the mean product of two channels in each step, the last filled up with silence."""
    whole = len(one) // _STEP_SAMPLES * _STEP_SAMPLES
    left, right = (each[:whole].reshape(-1, _STEP_SAMPLES) for each in (one, other))
    products = np.einsum("sn,sn->s", left, right)
    if whole < len(one):
        products = np.append(products, np.vdot(one[whole:], other[whole:]))
    return np.asarray(products, np.float64) / _STEP_SAMPLES + _LEAST_POWER


def _speaking_steps(voice: Samples, steps: int) -> Mask:
    """Return for each step whether somebody speaks in it or near it."""
    chunks = speaking_chunks(voice)
    near = np.convolve(chunks, np.ones(2 * _AROUND_CHUNKS + 1), "full")[_AROUND_CHUNKS:]
    return at_steps(near[: len(chunks)] >= LEAST_CHUNKS, steps, _STEP_SAMPLES)


def _cheapest_way(losses: Numbers) -> Places:
    """Return the candidate for each step: as little lost, and as seldom changed, as can be."""
    candidates, steps = losses.shape
    came_from = np.zeros((candidates, steps), np.intp)
    cost = np.zeros(candidates)
    for step in range(steps):
        cheapest = int(cost.argmin())
        changes = cost > cost[cheapest] + _SWITCH_DB
        came_from[:, step] = np.where(changes, cheapest, np.arange(candidates))
        cost = np.minimum(cost, cost[cheapest] + _SWITCH_DB) + losses[:, step]
    way = np.zeros(steps, np.intp)
    here = int(cost.argmin())
    for step in reversed(range(steps)):
        way[step] = here
        here = int(came_from[here, step])
    return way


def _drawn(candidates: Sequence[Samples], way: Places) -> Samples:
    """Follow the way, from one candidate softly to the next."""
    if (way == way[0]).all():
        return np.ascontiguousarray(candidates[way[0]])
    mixed = np.zeros(len(candidates[0]), np.float32)
    for number, candidate in enumerate(candidates):
        gain = np.repeat((way == number).astype(np.float32), _STEP_SAMPLES)
        gain = _softly(gain[: len(mixed)])
        gain *= candidate
        mixed += gain
    return mixed


def _softly(gain: Samples) -> Samples:
    """The same with slopes for steps."""
    wide = np.pad(gain, (_FADE_SAMPLES // 2, _FADE_SAMPLES - _FADE_SAMPLES // 2 - 1), "edge")
    window = np.full(_FADE_SAMPLES, 1 / _FADE_SAMPLES, np.float32)
    return np.convolve(wide, window, "valid")
