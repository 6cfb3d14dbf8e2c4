"""Siblings of what devices make: every usual container and codec, damaged, misplaced and lying."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any, cast

import av
import numpy as np
import pytest
import soxr
from av.audio.stream import AudioStream

from bot.media.errors import SoundFault, SoundRefused
from bot.media.sound.decoding import decode_sound
from tests.media.test_device_files import likeness
from tests.support.media.voices import (
    SAMPLE_RATE_HZ,
    SPEECH_RATE_HZ,
    Samples,
    as_file,
    speech,
    tone,
)

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
KINDS = [(container, codec) for container, codecs in CODECS.items() for codec in codecs]
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


def after(data: bytes, mark: bytes, skipped: int, value: bytes) -> bytes:
    """The same with other bytes so far behind a mark."""
    at = data.index(mark) + len(mark) + skipped
    return data[:at] + value + data[at + len(value) :]


def repacked(
    data: bytes,
    container: str,
    change: Callable[[int, Any], Any] = lambda _, packet: packet,
    **options: str,
) -> bytes:
    """The same packets in another container, each changed; None leaves one out."""
    target = BytesIO()
    with (
        av.open(BytesIO(data), "r") as source,
        av.open(target, "w", format=container, options=options) as written,
    ):
        stream = written.add_stream_from_template(source.streams.audio[0])
        packets = [packet for packet in source.demux(audio=0) if packet.dts is not None]
        for packet in filter(None, (change(at, each) for at, each in enumerate(packets))):
            packet.stream = stream
            written.mux(packet)
    return target.getvalue()


@cache
def lying() -> dict[str, bytes]:
    """Files whose headers are wrong about their length, by what they say."""
    wav, au, caf = plain("wav"), made("au", "pcm_s16be"), made("caf", "pcm_s16le")
    ds64 = b"WAVEds64" + struct.pack("<IQQQI", 28, 0, 0, 0, 0)
    found = {
        "RF64, none": b"RF64\xff\xff\xff\xff" + ds64 + after(wav, b"data", 0, b"\xff" * 4)[12:],
        "AU, none": after(au, b".snd", 4, bytes(4)),
        "AU, no end": after(au, b".snd", 4, b"\xff" * 4),
        "CAF, no end": after(caf, b"data", 0, b"\xff" * 8),
        "AIFF, none": after(plain("aiff"), b"SSND", 0, bytes(4)),
        "MP4, fragments": repacked(
            plain("m4a"), "mp4", movflags="frag_keyframe+empty_moov", frag_duration="500000"
        ),
    }
    for size in (0, 100, 2**31 - 1, 2**32 - 1):
        found[f"WAV, {size} bytes"] = after(wav, b"data", 0, struct.pack("<I", size))
    for frames in (0, 5, 10_000_000):
        count = struct.pack(">I", frames)
        found[f"MP3, {frames} frames"] = after(plain("mp3"), b"Info", 4, count)
    for seconds in (0.0, -5.0, 144_000.0, float("nan")):
        length = struct.pack(">d", 1_000 * seconds)
        found[f"WebM, {seconds} s"] = after(plain("webm"), b"\x44\x89\x88", 0, length)
    return found


def test_a_length_is_measured_and_never_believed() -> None:
    for says, data in lying().items():
        sound = decode_sound(data)
        assert sound.milliseconds == pytest.approx(2_000, abs=160), says
        assert likeness(sound.samples.astype(float), original()) > 0.9, says


def later(seconds: float, first: int) -> Callable[[int, Any], Any]:
    """From that packet on, time stamps are so much later."""

    def change(at: int, packet: Any) -> Any:
        if at >= first:
            packet.pts = packet.dts = packet.pts + int(seconds / packet.time_base)
        return packet

    return change


TIMED = [
    ("ogg", "webm"),
    ("ogg", "matroska"),
    ("ogg", "ogg"),
    ("ogg", "mp4"),
    ("m4a", "mov"),
    ("m4a", "mpegts"),
    ("m4a", "flv"),
]


@pytest.mark.parametrize(("name", "container"), TIMED)
def test_a_pause_without_packets_is_silence_and_two_hours_are_no_pause(
    name: str, container: str
) -> None:
    voice = plain(name)
    for seconds, kept in ((1.1, 1.1), (3, 3), (7_200, 0)):
        paused = repacked(voice, container, later(seconds, 50))
        assert_is_the_voice(paused, alike=0.5, milliseconds=round(2_000 + 1_000 * kept))


@pytest.mark.parametrize(("name", "container"), TIMED)
def test_packets_that_were_lost_leave_the_rest_where_it_was(name: str, container: str) -> None:
    def lost(at: int, packet: Any) -> Any:
        return None if 60 <= at < 80 else packet

    assert_is_the_voice(repacked(plain(name), container, lost), alike=0.4)


@pytest.mark.parametrize(("name", "container"), TIMED)
def test_it_does_not_matter_when_the_time_stamps_begin(name: str, container: str) -> None:
    assert_is_the_voice(repacked(plain(name), container, later(7_200, 0)), alike=0.9)


def test_time_stamps_that_tremble_or_overlap_do_no_harm() -> None:
    def trembling(at: int, packet: Any) -> Any:
        packet.pts = packet.dts = packet.pts + (0, 12, 3, 25, 7)[at % 5]
        return packet

    def overlapping(_: int, packet: Any) -> Any:
        packet.pts = packet.dts = packet.pts // 2
        return packet

    for change in (trembling, overlapping):
        assert_is_the_voice(repacked(plain("webm"), "matroska", change), alike=0.9)


def test_a_phone_that_says_that_nobody_speaks_is_believed() -> None:
    whole = made("amr", "libopencore_amrnb")
    middle = whole.index(whole[6:7], 6 + 13 * 50)
    no_data, comfort = b"\x7c" * 50, (b"\x44" + bytes(5) + b"\x7c" * 7) * 6
    for nobody in (no_data, comfort):
        paused = whole[:middle] + nobody + whole[middle:]
        assert_is_the_voice(paused, alike=0.3, milliseconds=3_000)


def tracks(*each: tuple[str, Samples]) -> bytes:
    """A film whose sound tracks are these."""
    target = BytesIO()
    with av.open(target, "w", format="matroska") as written:
        streams = [
            cast(AudioStream, written.add_stream(codec, rate=48_000, layout="mono"))
            for codec, _ in each
        ]
        for stream, (_, samples) in zip(streams, each, strict=True):
            frame = av.AudioFrame.from_ndarray(samples[None, :], "fltp", "mono")
            frame.sample_rate, frame.pts = 48_000, 0
            resampler = av.AudioResampler(
                stream.format, stream.layout, 48_000, stream.frame_size or 0
            )
            for part in [*resampler.resample(frame), *resampler.resample(None)]:
                written.mux(stream.encode(part))
            written.mux(stream.encode(None))
    return target.getvalue()


FIRST = {
    "silent": ("aac", np.zeros(96_000, np.float32)),
    "short": ("aac", tone(0.1)),
    "next to silent": ("flac", tone(2.0, amplitude=0.0005)),
}


@pytest.mark.parametrize("first", FIRST)
def test_the_first_track_that_can_be_used_is(first: str) -> None:
    assert_is_the_voice(tracks(FIRST[first], ("aac", VOICE)), alike=0.9)
    assert_is_the_voice(tracks(("aac", VOICE), FIRST[first]), alike=0.9)


def test_peaks_above_full_scale_are_turned_down_and_not_clipped() -> None:
    loud = VOICE * np.float32(3.5 / np.abs(VOICE).max())
    for container, codec in (("wav", "pcm_f32le"), ("wav", "pcm_f64le"), ("caf", "pcm_f32le")):
        assert_is_the_voice(made(container, codec, samples=loud), alike=0.99)


def test_what_is_no_sound_is_still_refused() -> None:
    for data in (junk(30_000), b"%PDF-1.7" + junk(3_000), bytes(20_000), b"OggS" + junk(5_000)):
        with pytest.raises(SoundRefused) as caught:
            decode_sound(data)
        assert caught.value.fault is SoundFault.UNREADABLE
