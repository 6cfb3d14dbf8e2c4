"""What the bot makes of a sound that can be read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from bot.media.errors import SoundFault, SoundRefused
from bot.media.exchange import NormalisedSound
from bot.media.sound.decoding import decode_sound
from bot.media.sound.lengths import LONGEST_MILLISECONDS
from bot.media.sound.normalise import normalise_sound
from tests.support.media.voices import (
    VOICE_NOTE,
    Samples,
    as_file,
    noise,
    silence,
    speech,
    tone,
    voice_note,
    wav_samples,
)


def share_of_power(samples: npt.NDArray[np.float64], low_hz: float, high_hz: float) -> float:
    """Return how much of the power lies between two frequencies, 0 to 1."""
    powers = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / 16_000)
    band = (frequencies >= low_hz) & (frequencies < high_hz)
    return float(powers[band].sum() / powers.sum())


def normalised(samples: Samples, limit_milliseconds: int | None = None) -> NormalisedSound:
    return normalise_sound(
        as_file(samples, "wav", "pcm_s16le"), limit_milliseconds=limit_milliseconds
    )


def refusal(samples: Samples) -> SoundRefused:
    with pytest.raises(SoundRefused) as caught:
        normalised(samples)
    return caught.value


def test_a_voice_note_becomes_a_mono_wav_at_16_khz_as_long_as_it_says() -> None:
    sound = normalise_sound(VOICE_NOTE.read_bytes())
    assert len(wav_samples(sound.wav)) == sound.duration_milliseconds * 16


@pytest.mark.parametrize(
    ("container", "codec", "rate_hz"),
    [
        ("ogg", "libopus", 48_000),
        ("mp3", "libmp3lame", 44_100),
        ("wav", "pcm_s16le", 22_050),
        ("wav", "pcm_f32le", 96_000),
        ("wav", "pcm_u8", 8_000),
        ("wav", "pcm_s24le", 48_000),
        ("flac", "flac", 48_000),
        ("mp4", "aac", 48_000),
        ("mov", "pcm_s16le", 48_000),
        ("matroska", "libopus", 48_000),
        ("webm", "libopus", 48_000),
        ("adts", "aac", 44_100),
    ],
)
def test_each_container_and_codec_that_people_send_is_read(
    container: str, codec: str, rate_hz: int
) -> None:
    file = as_file(speech(3), container, codec, rate_hz=rate_hz)
    assert decode_sound(file).milliseconds == pytest.approx(3000, abs=120)
    assert normalise_sound(file).duration_milliseconds == pytest.approx(2900, abs=250)


def test_silence_goes_and_a_little_of_it_stays_at_both_ends() -> None:
    sound = normalised(np.concatenate([silence(2), tone(3, 300), silence(4)]))
    assert sound.duration_milliseconds == pytest.approx(120 + 3000 + 200, abs=30)
    loud = np.flatnonzero(np.abs(wav_samples(sound.wav)) > 0.02)
    assert loud[0] / 16 == pytest.approx(120, abs=15)
    assert (len(wav_samples(sound.wav)) - loud[-1]) / 16 == pytest.approx(200, abs=15)


def test_a_noisy_room_is_trimmed_as_well() -> None:
    room = noise(9, 0.003)
    room[2 * 48_000 : 6 * 48_000] += speech(4)
    assert normalised(room).duration_milliseconds == pytest.approx(4200, abs=200)


def test_a_click_before_speech_is_not_speech() -> None:
    recording = np.concatenate([silence(3), speech(3)])
    recording[4800:5280] = 0.8
    assert normalised(recording).duration_milliseconds < 3400


def test_rumble_is_taken_out_and_the_voice_is_not() -> None:
    sound = normalised(tone(3, 30) + tone(3, 300, 0.1))
    assert share_of_power(wav_samples(sound.wav), 0, 60) < 0.05
    assert share_of_power(wav_samples(sound.wav), 290, 310) > 0.9


def test_a_tone_that_16_khz_cannot_hold_does_not_come_back_as_another() -> None:
    sound = normalised(tone(3, 12_000) + tone(3, 300, 0.1))
    assert share_of_power(wav_samples(sound.wav), 3_900, 4_100) < 0.0001


def test_one_channel_wired_inverted_does_not_silence_the_voice() -> None:
    voice = speech(3)
    sound = normalise_sound(as_file(np.stack([voice, -voice]), "wav", "pcm_s16le", layout="stereo"))
    assert sound.duration_milliseconds > 2500


@pytest.mark.parametrize("samples", [silence(3), noise(3, 0.0005)])
def test_silence_and_next_to_silence_are_refused(samples: Samples) -> None:
    assert refusal(samples).fault is SoundFault.SILENT


@pytest.mark.parametrize(
    "samples", [tone(0.4, 300), np.concatenate([silence(2), tone(0.1, 300), silence(2)])]
)
def test_under_half_a_second_is_too_short(samples: Samples) -> None:
    refused = refusal(samples)
    assert refused.fault is SoundFault.TOO_SHORT
    assert refused.duration_milliseconds is not None
    assert refused.duration_milliseconds < 500


def test_the_limit_is_checked_after_trimming() -> None:
    padded = np.concatenate([silence(6), speech(18), silence(6)])
    assert normalised(padded).duration_milliseconds < LONGEST_MILLISECONDS


def test_too_long_is_refused_with_its_length() -> None:
    refused = refusal(tone(25, 300))
    assert refused.fault is SoundFault.TOO_LONG
    assert refused.duration_milliseconds == 25_000


@pytest.mark.parametrize(("seconds", "fits"), [(19.9, True), (19.92, False)])
def test_the_boundary_is_19_900_milliseconds(seconds: float, fits: bool) -> None:
    if fits:
        assert normalised(tone(seconds, 300)).duration_milliseconds == LONGEST_MILLISECONDS
    else:
        assert refusal(tone(seconds, 300)).fault is SoundFault.TOO_LONG


@pytest.mark.parametrize("limit_milliseconds", [500, 5_000, 19_900])
def test_with_a_limit_the_sound_is_cut_and_fades_out(limit_milliseconds: int) -> None:
    sound = normalised(tone(25, 300), limit_milliseconds)
    assert sound.duration_milliseconds == limit_milliseconds
    samples = np.abs(wav_samples(sound.wav))
    assert samples[-80:].max() < samples[-1600:-800].max() / 5


def test_what_is_within_the_limit_is_not_cut() -> None:
    sound = normalised(tone(3, 300), 5_000)
    assert sound.duration_milliseconds == 3_000


@pytest.mark.parametrize("limit_milliseconds", [0, 499, 19_901])
def test_a_limit_that_makes_no_sense_is_the_callers_mistake(limit_milliseconds: int) -> None:
    with pytest.raises(ValueError, match=str(limit_milliseconds)):
        normalise_sound(b"", limit_milliseconds=limit_milliseconds)


@pytest.mark.parametrize("ratio_db", [5, 10, 20, 30])
def test_the_signal_to_noise_ratio_is_estimated(ratio_db: int) -> None:
    voice = np.concatenate([speech(6), silence(1)])
    active = np.abs(voice) > 0.02
    rms = float(np.sqrt(np.mean(voice[active] ** 2))) / 10 ** (ratio_db / 20)
    heard = np.sqrt(3)  # white noise at 48 kHz has a third of its power below 8 kHz
    estimated = normalised(voice + noise(7, rms * heard)).signal_to_noise_db
    assert estimated == pytest.approx(ratio_db, abs=2.5)


def test_of_too_little_sound_no_ratio_is_claimed() -> None:
    assert normalised(tone(0.7, 300)).signal_to_noise_db is None


def test_a_refusal_says_what_is_wrong() -> None:
    assert str(SoundRefused(SoundFault.TOO_LONG, 25_000)) == "too_long (25000 ms)"


def test_a_note_in_opus_survives_its_own_encoding() -> None:
    assert decode_sound(voice_note(speech(2))).milliseconds == pytest.approx(2000, abs=30)
