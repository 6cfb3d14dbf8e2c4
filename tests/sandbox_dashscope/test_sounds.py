"""A sound is judged by its samples, not by its name or its header."""

from __future__ import annotations

import io
import wave

import pytest

from bot.sandbox.dashscope.answers import Refused
from bot.sandbox.dashscope.inputs.sounds import read_sound
from bot.sandbox.dashscope.models import EMO, S2V, VIDEO_MODELS
from tests.support.media import voices

S2V_MODEL, EMO_MODEL = VIDEO_MODELS[S2V], VIDEO_MODELS[EMO]
TYPE = "File type is not supported"


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_a_wav_is_measured_to_the_millisecond(rate: int) -> None:
    sound = read_sound(voices.tone_wav(1_717, rate), "oss://a/v.WAV", S2V_MODEL)
    assert sound.milliseconds == 1_717
    with wave.open(io.BytesIO(sound.wav)) as reader:
        assert (reader.getframerate(), reader.getnchannels(), reader.getsampwidth()) == (rate, 1, 2)
        assert reader.getnframes() == 1_717 * rate // 1000


def test_an_mp3_is_read_whatever_its_tags_are_written_in() -> None:
    mp3 = voices.as_file(voices.tone(2), "mp3", "libmp3lame", tags={"title": "XXXX"})
    sound = read_sound(
        mp3.replace(b"XXXX", b"\xcf\xf0\xe8\xe2"), "https://b/v.mp3?x=.ogg", S2V_MODEL
    )
    assert 1_950 <= sound.milliseconds <= 2_150


@pytest.mark.parametrize(("container", "codec"), [("ogg", "libopus"), ("wav", "adpcm_ima_wav")])
def test_other_kinds_are_refused_under_any_name(container: str, codec: str) -> None:
    data = voices.recording(container, codec)
    with pytest.raises(Refused, match=TYPE):
        read_sound(data, "oss://a/v.wav", S2V_MODEL)


def test_a_header_without_samples_is_refused() -> None:
    with pytest.raises(Refused, match=TYPE):
        read_sound(voices.tone_wav(0), "oss://a/v.wav", S2V_MODEL)
    with pytest.raises(Refused, match=TYPE):
        read_sound(b"", "oss://a/v.wav", S2V_MODEL)


def test_the_limit_is_the_models() -> None:
    data = voices.tone_wav(25_000, 8_000)
    with pytest.raises(Refused, match="The input audio is longer than 20s"):
        read_sound(data, "oss://a/v.wav", S2V_MODEL)
    assert read_sound(data, "oss://a/v.wav", EMO_MODEL).milliseconds == 25_000
    with pytest.raises(Refused, match="The input audio is longer than 60s"):
        read_sound(voices.tone_wav(60_100, 8_000), "oss://a/v.wav", EMO_MODEL)


def test_a_header_that_lies_about_the_length_is_not_believed() -> None:
    data = bytearray(voices.tone_wav(21_000, 8_000))
    data[40:44] = (1_000).to_bytes(4, "little")
    assert read_sound(bytes(data), "oss://a/v.wav", S2V_MODEL).milliseconds < 1_000
