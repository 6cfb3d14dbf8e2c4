"""Files as people's devices and programs make them: each is a voice, whatever it is wrapped in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from bot.media.exchange import NormalisedSound
from bot.media.sound.normalise import normalise_sound
from tests.support.media.voices import measured_lufs, wav_samples

CASES = Path(__file__).parent.parent / "cases"
RIGHT = 0.9

VOICES = {
    "control_voice.ogg": RIGHT,
    "rate_changes.mp3": 0.4,
    "zeros_first.mp3": RIGHT,
    "skip_box_first.m4a": RIGHT,
    "rf64.wav": RIGHT,
    "adpcm.wav": 0.7,
    "imessage.caf": RIGHT,
    "recorder.3gp": 0.75,  # what its codec leaves of the wave
    "browser.webm": RIGHT,
    "selfie.mp4": RIGHT,
    "crop_keeps_granule_2h.ogg": RIGHT,
    "ac3_then_aac.mp4": RIGHT,
    "silent_track_then_voice.m4a": 0.8,
    "inverted_front_5_1.m4a": RIGHT,
}
"""How alike each is to the control, at least: the highest correlation at any lag."""


@cache
def normalised(name: str) -> NormalisedSound:
    return normalise_sound((CASES / name).read_bytes())


def likeness(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Return the highest correlation of two sounds at any lag, 1 for the same sound."""
    length = len(one) + len(other)
    product = np.fft.rfft(one, length) * np.conj(np.fft.rfft(other, length))
    scale = np.linalg.norm(one) * np.linalg.norm(other)
    return float(np.abs(np.fft.irfft(product, length)).max() / scale)


@pytest.mark.parametrize("name", VOICES)
def test_the_whole_phrase_is_there_at_the_usual_loudness(name: str) -> None:
    sound = normalised(name)
    whole = 3_300 if name in ("selfie.mp4", "silent_track_then_voice.m4a") else 3_700
    assert whole <= sound.duration_milliseconds <= 4_400
    assert measured_lufs(sound.wav) == pytest.approx(-16, abs=0.5)
    control = wav_samples(normalised("control_voice.ogg").wav)
    assert likeness(wav_samples(sound.wav), control) >= VOICES[name]


def test_a_pause_without_packets_stays_a_pause() -> None:
    sound = normalised("pause_without_packets.webm")
    assert 4_700 <= sound.duration_milliseconds <= 5_400
    control = wav_samples(normalised("control_voice.ogg").wav)
    assert likeness(wav_samples(sound.wav), control) >= 0.3
