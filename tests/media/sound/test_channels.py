"""Whatever the channels hold, the one that is made of them has the voice, moment by moment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from bot.media.sound.channels import to_mono
from bot.media.sound.normalise import normalise_sound
from tests.support.media.voices import (
    SAMPLE_RATE_HZ,
    Samples,
    as_file,
    sample_voice,
    speech,
    voiced,
)

MAY_LOSE_DB = 3.0
STEP = SAMPLE_RATE_HZ // 10
VOICE = sample_voice(SAMPLE_RATE_HZ)[: 5 * SAMPLE_RATE_HZ]
COUNT = len(VOICE)
TIMES = np.arange(COUNT) / SAMPLE_RATE_HZ
FIRST_HALF = TIMES < 2.5
NOTHING = np.zeros(COUNT)
RUMBLE = 0.5 * np.sin(2 * np.pi * 20 * TIMES)
LOUDNESS = float(np.sqrt(np.mean(VOICE**2)))
RANDOM = np.random.default_rng(5)


def hiss(below_voice_db: float) -> Samples:
    made = RANDOM.standard_normal(COUNT) * LOUDNESS * 10 ** (-below_voice_db / 20)
    return np.asarray(made, np.float32)


def organ(below_voice_db: float) -> Samples:
    """A melody, in chords."""
    notes = 220 * 2 ** (np.array([0, 4, 7, 5, 9, 12, 7, 2])[(TIMES / 0.4).astype(int) % 8] / 12)
    phase = 2 * np.pi * np.cumsum(notes) / SAMPLE_RATE_HZ
    made = sum(np.sin(k * phase) / k for k in (1, 2, 3, 4, 5, 6))
    return np.asarray(made / np.std(made) * LOUDNESS * 10 ** (-below_voice_db / 20), np.float32)


HALF_INVERTED = np.where(FIRST_HALF, VOICE, -VOICE)

CHANNELS: dict[str, list[Any]] = {
    "two of the same": [VOICE, VOICE],
    "one inverted": [VOICE, -VOICE],
    "one inverted in half of it": [VOICE, HALF_INVERTED],
    "one inverted every other second": [VOICE, np.where(TIMES % 2 < 1, VOICE, -VOICE)],
    "one inverted in half of it, both in noise": [VOICE + hiss(25), HALF_INVERTED + hiss(25)],
    "one silent in a part": [VOICE, np.where(FIRST_HALF, NOTHING, VOICE)],
    "one after the other": [np.where(FIRST_HALF, VOICE, 0), np.where(FIRST_HALF, 0, VOICE)],
    "one 10 ms late": [VOICE, np.roll(VOICE, 160)],
    "one 1 ms late": [VOICE, np.roll(VOICE, 16)],
    "an offset in one": [VOICE, NOTHING + 0.5],
    "an offset, and the other inverted": [VOICE + 0.4, -VOICE],
    "rumble in one": [RUMBLE, VOICE],
    "rumble in both, and one inverted": [VOICE + RUMBLE, RUMBLE - VOICE],
    "noise in one": [hiss(0), VOICE],
    "loud noise in one": [VOICE, hiss(-10)],
    "music in one": [organ(3), VOICE],
    "loud music in one": [VOICE, organ(-8)],
    "the centre of 5.1": [hiss(50), hiss(50), VOICE, hiss(50), hiss(50), hiss(50)],
    "inverted fronts of 5.1": [VOICE, -VOICE, NOTHING, NOTHING, NOTHING, NOTHING],
    "inverted fronts and a centre": [VOICE, -VOICE, 0.5 * VOICE, NOTHING, hiss(30), hiss(30)],
    "the second of four": [NOTHING, VOICE, NOTHING, NOTHING],
    "one much quieter": [0.05 * VOICE, VOICE],
    "two microphones": [VOICE + hiss(25), 0.8 * VOICE + hiss(25)],
}


def in_steps(samples: Samples) -> Samples:
    band = sosfilt(butter(4, [200, 4_000], "band", fs=SAMPLE_RATE_HZ, output="sos"), samples)
    return np.asarray(band[: COUNT // STEP * STEP].reshape(-1, STEP))


@pytest.mark.parametrize("name", CHANNELS)
def test_the_voice_is_never_lost_against_the_best_channel(name: str) -> None:
    mixed = to_mono(np.stack(CHANNELS[name], axis=1).astype(np.float32))
    assert len(mixed) == COUNT
    voice, found = in_steps(VOICE), in_steps(mixed)
    powers = np.einsum("ij,ij->i", voice, voice)
    spoken = powers > powers.max() * 1e-3
    lost_db = 10 * np.log10(powers / np.einsum("ij,ij->i", found, found))
    assert lost_db[spoken].max() < MAY_LOSE_DB + (1 if "late" in name else 0)


@pytest.mark.parametrize("name", [each for each in CHANNELS if "noise" in each or "music" in each])
def test_what_another_channel_holds_is_left_out(name: str) -> None:
    mixed = to_mono(np.stack(CHANNELS[name], axis=1).astype(np.float32))
    voice, found = in_steps(VOICE), in_steps(mixed)
    likeness = np.sum(voice * found, axis=1) ** 2 / np.sum(voice**2, axis=1)
    assert np.sum(likeness) > 0.5 * np.sum(found**2)


def test_two_microphones_are_averaged_which_halves_their_noise() -> None:
    left, right = CHANNELS["two microphones"]
    mixed = to_mono(np.stack([left, right], axis=1).astype(np.float32))
    assert np.allclose(mixed, (left + right) / 2, atol=1e-6)


def test_what_is_no_number_stays_none() -> None:
    assert np.isnan(to_mono(np.array([[0.0, np.inf], [1.0, 0.5]], np.float32))).all()


def test_a_side_that_is_inverted_in_half_of_a_file_takes_nothing_away() -> None:
    voice = speech(7)
    inverted = np.where(np.arange(len(voice)) < len(voice) // 2, voice, -voice)
    whole = normalise_sound(as_file(voice, "wav", "pcm_s16le"))
    both = as_file(np.stack([voice, inverted]), "wav", "pcm_s16le", layout="stereo")
    assert normalise_sound(both).duration_milliseconds == pytest.approx(
        whole.duration_milliseconds, abs=50
    )


def test_a_buzz_where_nobody_speaks_is_still_one_channel() -> None:
    buzz = voiced(3, 120)[::3]
    assert np.allclose(to_mono(np.stack([0 * buzz, buzz], axis=1)), buzz, atol=1e-3)
