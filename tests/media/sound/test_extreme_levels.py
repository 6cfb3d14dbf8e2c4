"""Samples that are too loud, too soft, too many or no voice at all."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.media.calls import plan_sound
from bot.media.errors import SoundFault, SoundRefused
from bot.media.processes import MediaProcesses
from bot.media.sound.normalise import normalise_sound
from tests.media.sound.test_kinds import VOICE, assert_is_the_voice, made
from tests.support.media.voices import (
    SPEECH_RATE_HZ,
    Samples,
    as_file,
    measured_dbtp,
    noise,
    tone,
    wav_samples,
)


@pytest.mark.proof
async def test_five_minutes_at_96_khz_in_stereo_are_planned_in_the_guarded_process() -> None:
    voice = np.resize(VOICE, 300 * SPEECH_RATE_HZ)
    data = as_file(np.stack([voice, voice]), "flac", "flac", rate_hz=96_000, layout="stereo")
    async with MediaProcesses() as media:
        plan = await media.run(plan_sound, data, 300_000, True)
    assert plan.duration_milliseconds == pytest.approx(300_000, abs=300)


def test_peaks_above_full_scale_are_turned_down_and_not_clipped() -> None:
    loud = VOICE * np.float32(3.5 / np.abs(VOICE).max())
    for container, codec in (("wav", "pcm_f32le"), ("wav", "pcm_f64le"), ("caf", "pcm_f32le")):
        assert_is_the_voice(made(container, codec, samples=loud), alike=0.99)


def test_one_wild_sample_is_no_voice() -> None:
    for at in (0, 50_000):
        wild = VOICE.copy()
        wild[at] = 1e9
        assert_is_the_voice(made("wav", "pcm_f32le", samples=wild), alike=0.6)


@pytest.mark.parametrize("levelled", [True, False])
def test_a_beginning_below_all_gates_is_refused(levelled: bool) -> None:
    samples = np.concatenate([np.tile(VOICE * np.float32(0.003), 3), VOICE])
    with pytest.raises(SoundRefused) as caught:
        normalise_sound(made("wav", "pcm_f32le", samples=samples), 2_000, levelled)
    assert caught.value.fault is SoundFault.SILENT


LEVELS = st.sampled_from([0.0, 1e-38, 1e-6, 1e-4, 0.003, 0.1, 1.0, 3.0, 1e9, 1e37])
SHAPES: dict[str, Callable[[int], Samples]] = {
    "voice": lambda count: np.resize(VOICE, count),
    "noise": lambda count: np.resize(noise(1, 0.3), count),
    "tone": lambda count: np.resize(tone(1.0), count),
    "constant": lambda count: np.full(count, 0.5, np.float32),
    "click": lambda count: np.eye(1, count, count // 2, dtype=np.float32)[0],
}


@settings(max_examples=60, deadline=None, database=None)
@given(
    parts=st.lists(
        st.tuples(st.sampled_from(sorted(SHAPES)), LEVELS, st.integers(1, 60_000)), min_size=1
    ),
    limit=st.sampled_from([None, 500, 2_000]),
    levelled=st.booleans(),
)
def test_whatever_comes_in_what_comes_out_is_a_sound(
    parts: list[tuple[str, float, int]], limit: int | None, levelled: bool
) -> None:
    with np.errstate(over="ignore"):
        samples = np.concatenate([SHAPES[what](n) * np.float32(level) for what, level, n in parts])
    with contextlib.suppress(SoundRefused), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        sound = normalise_sound(made("wav", "pcm_f32le", samples=samples), limit, levelled)
        assert np.abs(wav_samples(sound.wav)).max() > 0.0005
        assert measured_dbtp(sound.wav) <= -1.4
