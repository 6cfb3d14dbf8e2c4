"""Siblings of what devices make: every usual container and codec, past junk and damage."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

import av
import numpy as np
import pytest
import soxr

from bot.media.errors import SoundFault, SoundRefused
from bot.media.sound.decoding import decode_sound
from tests.media.test_device_files import likeness
from tests.support.media.voices import SAMPLE_RATE_HZ, SPEECH_RATE_HZ, Samples, as_file, speech

VOICE = speech(2)
CODECS = {
    "3gp": ("aac", "libopencore_amrnb"),
    "ac3": ("ac3",),
    "adts": ("aac",),
    "aiff": ("pcm_s16be", "pcm_s24be", "pcm_s16le", "pcm_mulaw", "pcm_f32be", "adpcm_ima_qt"),
    "amr": ("libopencore_amrnb",),
    "asf": ("wmav1", "wmav2", "libmp3lame", "flac", "aac"),
    "au": ("pcm_s16be", "pcm_mulaw", "pcm_alaw", "pcm_f32be"),
    "avi": ("pcm_s16le", "libmp3lame", "ac3", "adpcm_ima_wav", "aac"),
    "caf": ("pcm_s16le", "pcm_f32le", "alac", "adpcm_ima_qt"),
    "eac3": ("eac3",),
    "flac": ("flac",),
    "flv": ("aac", "nellymoser", "libmp3lame"),
    "ipod": ("aac", "alac"),
    "latm": ("aac",),
    "matroska": ("libopus", "flac", "pcm_s16le", "ac3", "libmp3lame", "wavpack", "tta", "alac"),
    "mov": ("aac", "pcm_s16le", "pcm_s24le", "alac", "pcm_f64be", "libopencore_amrnb"),
    "mp2": ("mp2",),
    "mp3": ("libmp3lame",),
    "mp4": ("aac", "libopus", "flac", "ac3", "eac3", "libmp3lame", "alac"),
    "mpeg": ("mp2", "ac3"),
    "mpegts": ("aac", "libopus", "mp2", "libmp3lame", "ac3", "eac3"),
    "nut": ("pcm_s16le", "flac"),
    "ogg": ("libopus", "flac"),
    "tta": ("tta",),
    "voc": ("pcm_s16le", "pcm_alaw"),
    "w64": ("pcm_s16le", "pcm_f32le", "adpcm_ms"),
    "wav": (
        *("pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_s64le", "pcm_f32le", "pcm_f64le", "pcm_u8"),
        *("pcm_alaw", "pcm_mulaw", "adpcm_ms", "adpcm_ima_wav", "adpcm_yamaha", "adpcm_swf"),
        *("g722", "libmp3lame", "ac3", "flac", "mp2", "wmav2"),
    ),
    "webm": ("libopus",),
    "wv": ("wavpack",),
}
KINDS = [
    (container, codec)
    for container, codecs in CODECS.items()
    for codec in codecs
    if codec in av.codecs_available
]
ONLY_AT = {"libopencore_amrnb": 8_000, "nellymoser": 16_000, "g722": 16_000, "adpcm_swf": 44_100}
MONO_ONLY = {"libopencore_amrnb", "nellymoser", "g722"}
NEEDS_BIT_RATE = {"wmav1": 64_000, "wmav2": 64_000}


@cache
def original() -> Any:
    return soxr.resample(VOICE, SPEECH_RATE_HZ, SAMPLE_RATE_HZ).astype(float)


def assert_is_the_voice(data: bytes, *, alike: float = 0.6, milliseconds: int = 2_000) -> None:
    sound = decode_sound(data)
    assert sound.milliseconds == pytest.approx(milliseconds, abs=160)
    assert likeness(sound.samples.astype(float), original()) >= alike


def made(container: str, codec: str, *, stereo: bool = False, samples: Samples = VOICE) -> bytes:
    """The voice in such a file."""
    usual = 48_000 if not stereo or codec == "libopus" else 44_100
    both = np.stack([samples, samples]) if stereo else samples
    return as_file(
        both,
        container,
        codec,
        rate_hz=ONLY_AT.get(codec, usual),
        layout="stereo" if stereo else "mono",
        bit_rate=NEEDS_BIT_RATE.get(codec),
    )


@pytest.mark.proof
@pytest.mark.parametrize("stereo", [False, True])
@pytest.mark.parametrize(("container", "codec"), KINDS)
def test_every_kind_that_can_be_made_is_read(container: str, codec: str, stereo: bool) -> None:
    if not (stereo and codec in MONO_ONLY):
        assert_is_the_voice(made(container, codec, stereo=stereo))


def test_a_stream_may_change_its_rate_and_layout() -> None:
    first, rest = np.split(VOICE, 2)
    for container, codec in (("mp3", "libmp3lame"), ("adts", "aac"), ("ogg", "libopus")):
        alone = made(container, codec, samples=first)
        joined = alone + made(container, codec, samples=rest, stereo=True)
        assert_is_the_voice(joined, alike=0.5)


def test_recordings_that_lie_one_behind_another_are_all_heard() -> None:
    first, rest = np.split(VOICE, 2)
    for container, codec in (("wav", "pcm_s16le"), ("flac", "flac"), ("ogg", "flac")):
        parts = [made(container, codec, samples=each) for each in (first, rest)]
        assert_is_the_voice(b"".join(parts), alike=0.95)
    assert decode_sound(made("wav", "pcm_s16le") + b"RIFF\xff\xff\xff\xffWAVEfmt ").milliseconds


PLAIN = {
    "mp3": ("mp3", "libmp3lame"),
    "ogg": ("ogg", "libopus"),
    "webm": ("webm", "libopus"),
    "flac": ("flac", "flac"),
    "m4a": ("ipod", "aac"),
    "adts": ("adts", "aac"),
    "wav": ("wav", "pcm_s16le"),
    "aiff": ("aiff", "pcm_s16be"),
    "ts": ("mpegts", "aac"),
}


@cache
def plain(name: str) -> bytes:
    return made(*PLAIN[name])


def junk(length: int) -> bytes:
    return np.random.default_rng(3).integers(0, 256, length, np.uint8).tobytes()


BEFORE = {
    "zeros": bytes(20_000),
    "junk": junk(2_000),
    "an answer's head": b"HTTP/1.1 200 OK\r\nContent-Type: audio/x\r\n\r\n",
    "a mark and a line": b"\xef\xbb\xbf\r\n",
    "a tag": b"ID3\4\0\0\0\0\7\x76" + bytes(1014),
}


@pytest.mark.proof
@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("before", BEFORE)
def test_what_lies_before_a_sound_hides_none(name: str, before: str) -> None:
    assert decode_sound(BEFORE[before] + plain(name)).milliseconds > 1_400


@pytest.mark.parametrize("name", PLAIN)
def test_what_lies_behind_a_sound_adds_next_to_nothing(name: str) -> None:
    assert_is_the_voice(plain(name) + junk(3_000) + b"TAG" + b"\xcf\xf0" * 62, alike=0.9)


@pytest.mark.parametrize("name", [name for name in PLAIN if name != "m4a"])
def test_damage_at_the_end_leaves_what_was_there(name: str) -> None:
    data = plain(name)
    kept = int(len(data) * 0.6)
    for broken in (data[:kept], data[:kept] + bytes(len(data) - kept), data[:kept] + junk(9_000)):
        assert decode_sound(broken).milliseconds > 900


@pytest.mark.parametrize("name", ["mp3", "flac", "m4a", "adts", "wav", "aiff"])
def test_after_damage_in_the_middle_the_sound_goes_on(name: str) -> None:
    data = plain(name)
    middle = len(data) // 2
    assert decode_sound(data[:middle] + junk(600) + data[middle + 600 :]).milliseconds > 1_400


@pytest.mark.parametrize("box", ["free", "skip", "wide", "mdat", "uuid"])
def test_a_movie_may_begin_with_any_box(box: str) -> None:
    begin = struct.pack(">I", 40) + box.encode() + bytes(32)
    assert_is_the_voice(begin + plain("m4a"), alike=0.9)


def test_what_is_no_sound_is_still_refused() -> None:
    for data in (junk(30_000), b"%PDF-1.7" + junk(3_000), bytes(20_000), b"OggS" + junk(5_000)):
        with pytest.raises(SoundRefused) as caught:
            decode_sound(data)
        assert caught.value.fault is SoundFault.UNREADABLE
