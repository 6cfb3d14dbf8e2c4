"""Ten varied inputs come out equally loud, by a meter that is not ours."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from bot.media.sound.loudness import level, loudness_lufs, under_ceiling
from bot.media.sound.normalise import normalise_sound
from bot.media.sound.true_peaks import step_peaks
from tests.support.media.voices import (
    Samples,
    measured_dbtp,
    measured_lufs,
    noise,
    silence,
    speech,
    tone,
    voice_note,
    voiced,
    wav,
)

INPUTS: dict[str, Callable[[], Samples]] = {
    "speech": lambda: speech(6.8),
    "quiet speech": lambda: speech(5, gain=0.05),
    "clipped speech": lambda: np.clip(speech(5, gain=20), -1, 1),
    "noisy speech": lambda: speech(6) + noise(6, 0.02),
    "padded speech": lambda: np.concatenate([silence(3), speech(4), silence(4)]),
    "speech over rumble": lambda: speech(5) + tone(5, 30, 0.3),
    "speech that gets louder": lambda: np.concatenate([speech(4, gain=0.05), speech(4)]),
    "a spiky buzz": lambda: voiced(5, 120),
    "a high tone": lambda: tone(3, 3000, 0.9),
    "nineteen seconds": lambda: speech(19),
}


@pytest.mark.parametrize("name", INPUTS)
def test_every_input_comes_out_at_minus_16_lufs_with_peaks_under_the_ceiling(name: str) -> None:
    sound = normalise_sound(voice_note(INPUTS[name]()))
    assert measured_lufs(sound.wav) == pytest.approx(-16, abs=0.3)
    assert measured_dbtp(sound.wav) <= -1.5


def clicks_and_hiss(seed: int) -> Samples:
    """Sound that is much higher between its samples than at them, to its very end."""
    dice = np.random.default_rng(seed)
    samples = dice.standard_normal(20_000) * dice.uniform(0.005, 0.2)
    places = dice.integers(0, len(samples), dice.integers(1, 60))
    samples[places] = dice.choice([-1, 1], len(places))
    samples[-dice.integers(1, 40) :] *= dice.uniform(1, 8)
    return np.clip(samples, -1, 1).astype(np.float32)


@pytest.mark.parametrize("made", [level, under_ceiling])
@pytest.mark.parametrize("seed", range(25))
def test_no_peak_is_over_the_ceiling_wherever_it_lies(
    made: Callable[[Samples, Samples], Samples], seed: int
) -> None:
    samples = clicks_and_hiss(seed)
    assert measured_dbtp(wav(made(samples, samples))) <= -1.5


def test_the_meter_reads_the_standards_reference_tone_exactly() -> None:
    """ITU-R BS.1770-4: a sine of 997 Hz at full scale on one channel is -3.01 LKFS."""
    assert loudness_lufs(tone(5, 997, 1.0)[::3]) == pytest.approx(-3.01, abs=0.01)


def test_the_meter_gates_pauses_out() -> None:
    beep = tone(5, 997)[::3]
    paused = np.concatenate([beep, silence(10)[::3]])
    assert loudness_lufs(paused) == pytest.approx(loudness_lufs(beep), abs=0.3)


def test_silence_has_no_loudness() -> None:
    assert loudness_lufs(silence(1)) == -math.inf


def test_the_true_peak_is_found_between_the_samples() -> None:
    """A quarter of the sample rate, sampled off its crests: every sample is 3 dB too low."""
    wave = np.sin(np.pi / 2 * np.arange(16_000) + np.pi / 4).astype(np.float32)
    assert 20 * math.log10(np.abs(wave).max()) == pytest.approx(-3.01, abs=0.01)
    faded = wave[:-1] * np.hanning(15_999).astype(np.float32)
    assert 20 * math.log10(step_peaks(faded).max()) == pytest.approx(0, abs=0.1)
