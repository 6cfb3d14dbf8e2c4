"""What is 25 dB louder than the voice does not set its level, and is not left so loud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyloudnorm
import pytest

from bot.media.sound.normalise import normalise_sound
from tests.support.media.voices import SAMPLE_RATE_HZ, measured_dbtp, sample_voice, wav, wav_samples

LOUDER_DB = 25.0
VOICE = sample_voice(SAMPLE_RATE_HZ)[: 5 * SAMPLE_RATE_HZ] * np.float32(0.1)
LEVEL = float(np.sqrt(np.mean(VOICE**2)))
MIDDLE = 33_000  # between two words
GAP = np.zeros(3_200)
RANDOM = np.random.default_rng(9)

Burst = npt.NDArray[np.float64]


def times(seconds: float) -> Burst:
    return np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def laugh() -> Burst:
    """Six times "ha", lower each time."""
    at, breath = times(0.1), RANDOM.standard_normal(1_200) * 0.15 * np.hanning(1_200)
    shouts: list[Any] = []
    for step in range(6):
        wave = sum(np.sin(2 * np.pi * (230 - 12 * step) * k * at) / k for k in range(2, 9))
        shouts += [breath, wave * np.hanning(len(at))]
    return np.concatenate(shouts)


BURSTS: dict[str, Callable[[], Burst]] = {
    "a beep": lambda: np.sin(2 * np.pi * 1_000 * times(0.4)),
    "a knock": lambda: np.sin(2 * np.pi * 220 * times(0.15)) * np.exp(-35 * times(0.15)),
    "a clap": lambda: RANDOM.standard_normal(1_600) * np.exp(-50 * times(0.1)),
    "a door": lambda: (
        (np.sin(2 * np.pi * 90 * times(0.5)) + 0.5 * RANDOM.standard_normal(8_000))
        * np.exp(-9 * times(0.5))
    ),
    "a bump": lambda: np.sin(2 * np.pi * 75 * times(0.25)) * np.exp(-12 * times(0.25)),
    "a laugh": laugh,
}


def burst(name: str) -> Burst:
    made = BURSTS[name]()
    loud = np.abs(made) > 0.1 * np.abs(made).max()
    scale = LEVEL * 10 ** (LOUDER_DB / 20) / float(np.sqrt(np.mean(made[loud] ** 2)))
    return made * scale


def recording(name: str, where: str) -> tuple[Burst, npt.NDArray[np.bool_]]:
    """A voice and a burst, and which samples are the voice alone."""
    if where == "over":
        made, voice = VOICE.astype(float), np.ones(len(VOICE), np.bool_)
        loud = burst(name)
        made[MIDDLE : MIDDLE + len(loud)] += loud
        voice[MIDDLE : MIDDLE + len(loud)] = False
        return made, voice
    at = {"before": 0, "between": MIDDLE, "after": len(VOICE)}[where]
    inner = np.concatenate([GAP, burst(name), GAP])
    made = np.concatenate([VOICE[:at], inner, VOICE[at:]])
    voice = np.ones(len(made), np.bool_)
    voice[at : at + len(inner)] = False
    return made, voice


def found_at(recorded: Burst, made: Burst) -> int:
    """Where what was made begins in what was recorded."""
    size = 2 ** (len(recorded) + len(made)).bit_length()
    cross = np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(made, size))
    at = int(np.fft.irfft(cross / (np.abs(cross) + 1e-9)).argmax())
    return at - size if at > size // 2 else at


@pytest.mark.parametrize("where", ["before", "between", "after", "over"])
@pytest.mark.parametrize("name", BURSTS)
def test_the_voice_is_as_loud_as_ever(name: str, where: str) -> None:
    recorded, voice = recording(name, where)
    hissing = recorded + RANDOM.standard_normal(len(recorded)) * LEVEL / 200
    full = 0.95 / max(1.0, float(np.abs(hissing).max()))
    result = normalise_sound(wav(hissing * full)).wav
    made = wav_samples(result)
    at = found_at(hissing, made)
    begin = max(0, at)
    made = made[begin - at :]
    spoken = made[voice[begin : begin + len(made)]]
    loudness = pyloudnorm.Meter(SAMPLE_RATE_HZ).integrated_loudness(spoken)
    assert loudness == pytest.approx(-16, abs=1)
    assert measured_dbtp(result) <= -1.5


def test_without_levelling_a_burst_is_turned_down_and_the_voice_is_not() -> None:
    recorded, _ = recording("a beep", "after")
    kept = wav_samples(normalise_sound(wav(recorded), levelled=False).wav)
    assert np.abs(kept[:48_000]).max() == pytest.approx(np.abs(VOICE[:48_000]).max(), rel=0.1)
    assert np.abs(kept[-12_000:]).max() < 4 * LEVEL


def test_who_speaks_louder_for_long_is_heard_louder() -> None:
    voice = np.concatenate([VOICE, VOICE * 10])
    made = wav_samples(normalise_sound(wav(voice)).wav)
    quiet, loud = (
        np.sqrt(np.mean(each**2)) for each in (made[16_000:64_000], made[96_000:144_000])
    )
    assert 20 * np.log10(loud / quiet) == pytest.approx(20, abs=4)
