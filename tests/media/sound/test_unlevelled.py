"""Without levelling a voice stays as loud as it came, but for peaks that would distort."""

from __future__ import annotations

import pytest

from bot.media.sound.normalise import normalise_sound
from tests.support.media.voices import as_file, measured_dbtp, measured_lufs, speech

QUIET = as_file(speech(3, gain=0.05), "wav", "pcm_s16le")
LOUD = as_file(speech(3, gain=3.0).clip(-1, 1), "wav", "pcm_s16le")


def test_a_quiet_voice_stays_quiet() -> None:
    levelled, kept = normalise_sound(QUIET), normalise_sound(QUIET, levelled=False)
    assert measured_lufs(levelled.wav) == pytest.approx(-16, abs=0.3)
    assert measured_lufs(kept.wav) < -30
    assert kept.duration_milliseconds == levelled.duration_milliseconds


def test_what_would_distort_is_turned_down_as_a_whole() -> None:
    kept = normalise_sound(LOUD, levelled=False)
    assert -3.5 < measured_dbtp(kept.wav) <= -1.5


def test_it_can_be_made_again_exactly_as_it_was() -> None:
    assert normalise_sound(LOUD, levelled=False).wav == normalise_sound(LOUD, levelled=False).wav
