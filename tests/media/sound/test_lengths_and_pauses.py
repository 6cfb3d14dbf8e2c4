"""Lengths are measured, and what a recorder left out stays a pause."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import av
import pytest

from bot.media.sound.decoding import decode_sound
from tests.media.sound.test_kinds import assert_is_the_voice, made, original, plain
from tests.media.test_device_files import CASES, likeness


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
    movie = plain("m4a")
    for name, mark, skipped, value in (
        ("an edit list of nothing", b"elst", 8, bytes(4)),
        ("an edit list of one pause", b"elst", 12, b"\xff" * 4),
        ("packets that follow at once", b"stts", 12, struct.pack(">I", 1)),
        ("packets seconds apart", b"stts", 12, struct.pack(">I", 100_000)),
        ("a track of 0 s", b"tkhd", 20, bytes(4)),
        ("a movie of hours", b"mvhd", 16, b"\x7f" + b"\xff" * 3),
    ):
        found[f"MP4, {name}"] = after(movie, mark, skipped, value)
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


@pytest.mark.parametrize("in_a_movie", [False, True])
def test_a_phone_that_says_that_nobody_speaks_is_believed(in_a_movie: bool) -> None:
    with av.open(str(CASES / "recorder.3gp"), "r") as source:
        frames = [bytes(packet) for packet in source.demux(audio=0) if packet.size]
    nobody = [b"\x44" + bytes(5), *[b"\x7c"] * 7]
    paused = [*frames[:80], *nobody * 6, *[b"\x7c"] * 52, *frames[80:]]
    data = b"#!AMR\n" + b"".join(paused)
    if in_a_movie:
        data = repacked(data, "3gp")
    whole = decode_sound((CASES / "recorder.3gp").read_bytes())
    sound = decode_sound(data)
    assert sound.milliseconds == pytest.approx(whole.milliseconds + 2_000, abs=30)
    assert likeness(sound.samples.astype(float), whole.samples.astype(float)) > 0.6
