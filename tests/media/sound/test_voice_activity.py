"""Whether somebody speaks is told from what is said, not from how loud it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.media.sound.long_voice import plan_sound
from bot.media.sound.normalise import normalise_sound
from bot.media.sound.voice_activity import speaking_chunks
from tests.support.media.voices import (
    SAMPLE_RATE_HZ,
    VOICE_NOTE,
    Samples,
    as_file,
    noise,
    sample_voice,
    silence,
    speech,
    tone,
    voice_note,
    voiced,
)

RATE_HZ = 48_000
RANDOM = np.random.default_rng(3)


def times(seconds: float) -> Samples:
    return (np.arange(round(seconds * RATE_HZ)) / RATE_HZ).astype(np.float32)


def shaped(seconds: float, tilt: float) -> Samples:
    """Noise whose power falls by so many times 3 dB an octave."""
    count = round(seconds * RATE_HZ)
    hertz = np.maximum(np.fft.rfftfreq(count, 1 / RATE_HZ), 40)
    made = np.fft.irfft(np.fft.rfft(RANDOM.standard_normal(count)) * hertz ** (-tilt / 2), count)
    return np.asarray(made / np.abs(made).max() * 0.5, np.float32)


def struck(seconds: float, every: float, sound: Callable[[Samples], Any]) -> Samples:
    """A short sound again and again, in a quiet room."""
    made, short = noise(seconds, 0.001), sound(times(min(every, 0.3)))
    for begin in range(0, len(made) - len(short), round(every * RATE_HZ)):
        made[begin : begin + len(short)] += short
    return made


def bark(at: Samples) -> Samples:
    pitch = 2 * np.pi * np.cumsum(500 * (1 + 0.5 * np.sin(np.pi * at / at[-1]))) / RATE_HZ
    voiced_part = sum(np.sin(k * pitch) / k for k in range(1, 12))
    rough = voiced_part + 0.6 * RANDOM.standard_normal(len(at))
    return np.asarray(0.15 * rough * np.exp(-12 * at), np.float32)


def tune(seconds: float, partials: int, decay: float) -> Samples:
    """A melody of so many partials a note, struck or held."""
    notes = [220 * 2 ** (step / 12) for step in (0, 4, 7, 12, 9, 5, 2, 7)]
    at = times(0.4)
    made: list[Any] = [
        sum(np.sin(2 * np.pi * note * k * at) * 0.7**k for k in range(1, partials))
        * np.exp(-decay * at)
        * np.minimum(1, at / 0.01)
        for note in notes
    ]
    return np.asarray(np.resize(0.1 * np.concatenate(made), round(seconds * RATE_HZ)), np.float32)


NOBODY: dict[str, Callable[[], Samples]] = {
    "white noise": lambda: noise(4, 0.1),
    "rain": lambda: shaped(4, 0) + struck(4, 0.05, lambda at: 0.2 * np.exp(-300 * at)),
    "a room": lambda: shaped(4, 1),
    "wind": lambda: shaped(4, 2) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.7 * times(4))),
    "hum": lambda: tone(4, 50, 0.2) + tone(4, 100, 0.1) + tone(4, 150, 0.1) + noise(4, 0.001),
    "a tone": lambda: tone(4, 440),
    "beeps": lambda: struck(4, 0.6, lambda at: 0.3 * np.sin(2 * np.pi * 1000 * at)),
    "clicks": lambda: struck(4, 0.1, lambda at: np.sin(9_000 * at) * np.exp(-150 * at)),
    "knocks": lambda: struck(4, 0.4, lambda at: np.sin(2 * np.pi * 220 * at) * np.exp(-35 * at)),
    "a dog": lambda: struck(4, 0.55, bark),
    "breath": lambda: shaped(4, 1) * np.clip(np.sin(2 * np.pi * 0.4 * times(4)), 0, 1),
    "a piano": lambda: tune(4, 8, 3),
    "an organ": lambda: tune(4, 12, 0),
    "a flute": lambda: tune(4, 3, 0) + noise(4, 0.002),
    "a buzz in syllables": lambda: voiced(4, 120),
}


@pytest.mark.parametrize("name", NOBODY)
def test_nobody_speaks(name: str) -> None:
    assert not normalise_sound(voice_note(NOBODY[name]())).speaks


def over(other: Samples, ratio_db: float) -> Samples:
    """A voice over something else."""
    spoken = speech(len(other) / RATE_HZ)
    power = float(np.mean(spoken**2) / np.mean(other**2))
    return spoken + other * np.float32(np.sqrt(power) * 10 ** (-ratio_db / 20))


SOMEBODY: dict[str, Callable[[], Samples]] = {
    "softly": lambda: speech(4, gain=0.03),
    "far too loud": lambda: np.clip(speech(4, gain=20), -1, 1),
    "a word": lambda: np.concatenate([silence(1), speech(0.6), silence(1)]),
    "a word after a bang": lambda: np.concatenate([NOBODY["knocks"]()[:24_000], speech(0.8)]),
    "at the end of a tune": lambda: np.concatenate([tune(6, 8, 3), speech(2)]),
}


@pytest.mark.parametrize("name", SOMEBODY)
def test_somebody_speaks(name: str) -> None:
    assert normalise_sound(voice_note(SOMEBODY[name]())).speaks


@pytest.mark.parametrize("name", ["a room", "wind", "a dog", "a piano", "an organ"])
def test_somebody_speaks_over_it(name: str) -> None:
    assert normalise_sound(voice_note(over(NOBODY[name](), 6))).speaks


def test_in_a_real_voice_nearly_all_is_speech_and_in_its_pauses_nothing() -> None:
    voice = sample_voice(SAMPLE_RATE_HZ)
    assert speaking_chunks(voice).mean() > 0.9
    assert not speaking_chunks(np.zeros(20_000, np.float32)).any()
    assert not len(speaking_chunks(np.zeros(0, np.float32)))


def test_parts_of_a_long_voice_in_which_nobody_speaks_are_counted() -> None:
    note = voice_note(np.concatenate([speech(15), tune(45, 8, 3), speech(15)]))
    plan = plan_sound(note, 300_000, True)
    assert plan.speaks
    assert 2 <= plan.silent_parts < len(plan.cuts)
    assert plan.clips
    assert all(end <= 17_000 or begin >= 43_000 for begin, end in plan.clips)


def test_a_long_tune_is_offered_as_it_is() -> None:
    plan = plan_sound(voice_note(tune(45, 8, 3)), 300_000, True)
    assert not plan.speaks
    assert len(plan.clips) == 3


CASES = Path(__file__).parents[2] / "cases"


@pytest.mark.parametrize("name", ["noise_only.ogg", "tone_only.ogg"])
def test_nobody_speaks_in_what_devices_sent(name: str) -> None:
    assert not normalise_sound((CASES / name).read_bytes()).speaks


def test_the_sample_speaks() -> None:
    assert normalise_sound(VOICE_NOTE.read_bytes()).speaks
    assert normalise_sound(as_file(speech(2), "mp3", "libmp3lame")).speaks
