from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from bot.media.preview.speech import read_speech
from tests.support.media import voices

tone = partial(voices.tone, rate_hz=voices.SAMPLE_RATE_HZ)


def heard(samples: voices.Samples) -> voices.Samples:
    return samples.astype(np.float32)


@pytest.mark.parametrize(("seconds", "frames"), [(0.01, 1), (1.0, 16), (1.01, 17), (19.9, 319)])
def test_there_are_frames_for_all_of_the_sound(seconds: float, frames: int) -> None:
    assert len(read_speech(heard(tone(seconds)), 16).opening) == frames


def test_the_mouth_opens_with_a_syllable_and_shuts_after_it() -> None:
    pause = np.zeros(voices.SAMPLE_RATE_HZ // 2)
    syllable = tone(0.25)
    samples = np.concatenate([pause, syllable, pause, syllable, pause])
    opening = read_speech(heard(samples), 16).opening
    assert opening[3] < 0.05
    assert opening[9:11].min() > 0.5
    assert opening[16] < 0.05
    assert np.abs(np.diff(opening)).max() < 0.15


def test_silence_and_a_hum_far_below_speech_leave_the_mouth_shut() -> None:
    for level in (0.0, 0.0001):
        speech = read_speech(heard(tone(1.0, amplitude=level)), 16)
        assert speech.opening.max() == 0


def test_a_soft_recording_opens_the_mouth_as_a_loud_one_does(voice: voices.Samples) -> None:
    loud, soft = (read_speech(heard(voice * gain), 16).opening for gain in (1.0, 0.1))
    assert np.abs(loud - soft).max() < 0.02


def test_bright_sounds_draw_the_mouth_wide_and_dark_ones_narrow() -> None:
    bright, dark = tone(0.3, 3000), tone(0.3, 250)
    pause = np.zeros(voices.SAMPLE_RATE_HZ // 5)
    speech = read_speech(heard(np.concatenate([dark, pause, bright, pause] * 3)), 16)
    dark_frame, bright_frame = 1, 9
    assert speech.width[bright_frame] > 0.2
    assert speech.width[dark_frame] < -0.2
