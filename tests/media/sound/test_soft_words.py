"""A word that is spoken softly at either end stays, and a room where nobody speaks goes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from bot.media.sound.samples import Samples
from bot.media.sound.speech_span import SpeechSpan, find_speech
from tests.support.media.voices import SAMPLE_RATE_HZ, sample_voice

SHARES = 0.95
VOICE = sample_voice(SAMPLE_RATE_HZ)
LEVEL = float(np.sqrt(np.mean(VOICE**2)))
PHRASE = VOICE[: 3 * SAMPLE_RATE_HZ]
WORD = VOICE[4_800:12_000] * np.interp(np.arange(7_200), [0, 480, 6_720, 7_199], [0, 1, 1, 0])
EMPTY_SECONDS = 2
TILTS = {"white": 0, "pink": 1, "brown": 2}


def room(seconds: float, tilt: int, below_voice_db: float) -> Samples:
    """Noise whose power falls by so many times 3 dB an octave."""
    count = round(seconds * SAMPLE_RATE_HZ)
    lines = np.fft.rfft(np.random.default_rng(tilt).standard_normal(count))
    hertz = np.maximum(np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ), 70)
    noise = np.fft.irfft(lines * hertz ** (-tilt / 2), count)
    rms = float(np.sqrt(np.mean(noise**2)))
    return (noise / rms * LEVEL * 10 ** (-below_voice_db / 20)).astype(np.float32)


def with_word(softer_db: float, *, first: bool, gap_seconds: float) -> tuple[Samples, slice]:
    """An empty room, a phrase and a soft word, and where that is."""
    empty = np.zeros(EMPTY_SECONDS * SAMPLE_RATE_HZ)
    word, gap = WORD * 10 ** (-softer_db / 20), np.zeros(round(gap_seconds * SAMPLE_RATE_HZ))
    inner = [word, gap, PHRASE] if first else [PHRASE, gap, word]
    begin = len(empty) + (0 if first else len(PHRASE) + len(gap))
    return np.concatenate([empty, *inner, empty]).astype(np.float32), slice(
        begin, begin + len(word)
    )


def kept(span: SpeechSpan | None, word: slice) -> float:
    """The share of the word that is within the span, but for its faded ends."""
    assert span is not None
    begin, end = word.start + 480, word.stop - 480
    start, stop = span.start_milliseconds * 16, span.end_milliseconds * 16
    return float(max(0, min(end, stop) - max(begin, start)) / (end - begin))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("tilt", TILTS)
@pytest.mark.parametrize("room_db", [20, 30, 40])
def test_soft_words_at_the_ends_are_kept(room_db: int, tilt: str, first: bool) -> None:
    for softer_db, gap_seconds in product(
        (12, min(18, room_db - 5), min(25, room_db - 5)), (0.1, 0.6)
    ):
        voice, word = with_word(softer_db, first=first, gap_seconds=gap_seconds)
        heard = voice + room(len(voice) / SAMPLE_RATE_HZ, TILTS[tilt], room_db)
        assert kept(find_speech(heard), word) >= SHARES, (softer_db, gap_seconds)


@pytest.mark.parametrize("tilt", TILTS)
@pytest.mark.parametrize("room_db", [15, 25, 40, 60])
def test_an_empty_room_at_the_ends_goes(room_db: int, tilt: str) -> None:
    empty = np.zeros(3 * SAMPLE_RATE_HZ)
    voice = np.concatenate([empty, VOICE, empty]).astype(np.float32)
    span = find_speech(voice + room(len(voice) / SAMPLE_RATE_HZ, TILTS[tilt], room_db))
    assert span is not None
    assert span.milliseconds <= len(VOICE) / 16 + 120 + 200 + 60


@pytest.mark.parametrize("click_milliseconds", [5, 10, 20])
def test_a_click_in_the_empty_room_is_no_word(click_milliseconds: int) -> None:
    voice = np.concatenate([np.zeros(3 * SAMPLE_RATE_HZ), PHRASE]).astype(np.float32)
    voice += room(len(voice) / SAMPLE_RATE_HZ, 1, 40)
    voice[16_000 : 16_000 + click_milliseconds * 16] += 0.5
    span = find_speech(voice)
    assert span is not None
    assert span.start_milliseconds > 2_700
