"""Sounds that were made to harm: each is refused in time, or read as what it really is."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.media.errors import SoundFault, SoundRefused
from bot.media.exchange import DOWNLOAD_LIMIT_BYTES
from bot.media.sound.decoding import decode_sound
from bot.media.sound.normalise import normalise_sound
from tests.support.media.videos import video_with_sound
from tests.support.media.voices import (
    SPEECH_RATE_HZ,
    VOICE_NOTE,
    as_file,
    measured_dbtp,
    measured_lufs,
    noise,
    silence,
    speech,
    tone,
    voice_note,
    wav,
)


def fault_of(data: bytes) -> SoundFault:
    with pytest.raises(SoundRefused) as caught:
        normalise_sound(data)
    return caught.value.fault


class Trap(socketserver.TCPServer):
    """A listening socket that nobody should come to: it counts, and hangs up."""

    came = 0

    def finish_request(self, *_: object) -> None:
        self.came += 1

    def visitors(self) -> int:
        """Return how many came before a visit of our own: it waits for its turn."""
        with socket.create_connection(self.server_address) as own:  # type: ignore[arg-type]
            own.recv(1)
        self.came -= 1
        return self.came


@pytest.fixture
def trap() -> Iterator[Trap]:
    with Trap(("127.0.0.1", 0), socketserver.BaseRequestHandler) as made:
        serving = threading.Thread(target=made.serve_forever, args=(0.01,))
        serving.start()
        yield made
        made.shutdown()
        serving.join()


def test_the_trap_notices_a_visitor(trap: Trap) -> None:
    socket.create_connection(("127.0.0.1", trap.server_address[1])).close()
    assert trap.visitors() == 1


def playlists(url: str) -> dict[str, bytes]:
    """Return documents that make FFmpeg fetch an address when it may guess what they are."""
    return {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n".encode(),
        "concat": f"ffconcat version 1.0\nfile {url}\n".encode(),
        "dash": f"<?xml version='1.0'?><MPD><BaseURL>{url}</BaseURL></MPD>".encode(),
        "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
        "pls": f"[playlist]\nFile1={url}\n".encode(),
        "bare address": url.encode(),
        "hls after magic bytes": b"OggS" + f"\n#EXTM3U\n#EXTINF:1,\n{url}\n".encode(),
        "hls after a tag": b"ID3\x04\0\0\0\0\0\0" + f"#EXTM3U\n#EXTINF:1,\n{url}\n".encode(),
        "reference in a movie": mov_with_reference(url),
    }


def mov_with_reference(url: str) -> bytes:
    """Return an MP4 whose sound is said to lie elsewhere."""
    whole = as_file(speech(1), "mov", "pcm_s16le")
    reference = b"url \0\0\0\0" + url.encode() + b"\0"
    reference = struct.pack(">I", len(reference) + 4) + reference
    own = b"\0\0\0\x0curl \0\0\0\x01"
    assert own in whole
    return whole.replace(own, reference)


@pytest.mark.parametrize("name", playlists(""))
def test_no_playlist_makes_a_connection(name: str, trap: Trap) -> None:
    url = f"http://127.0.0.1:{trap.server_address[1]}/voice.ogg"
    with pytest.raises(SoundRefused):
        normalise_sound(playlists(url)[name])
    assert trap.visitors() == 0


def test_without_the_guard_the_same_playlist_does_connect(trap: Trap, tmp_path: Path) -> None:
    """Shows that the trap would notice: FFmpeg left to itself fetches the address."""
    playlist = tmp_path / "voice.ogg"
    playlist.write_bytes(playlists(f"http://127.0.0.1:{trap.server_address[1]}/voice.ts")["hls"])
    options = {"protocol_whitelist": "file,http,tcp", "extension_picky": "0"}
    with pytest.raises(av.FFmpegError):
        av.open(str(playlist), format="hls", options=options, timeout=10)
    assert trap.visitors() >= 1


def test_a_playlist_reads_no_local_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(as_file(speech(2), "wav", "pcm_s16le"))
    assert fault_of(f"ffconcat version 1.0\nfile {secret}\n".encode()) is SoundFault.UNREADABLE


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 4096,
        b"OggS" * 100,
        b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f",
        b"RIFF\xff\xff\xff\xffWAVE",
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0" + bytes(14) + b"data\xff\xff\xff\xff",
        b"fLaC\0\0\0\x22" + b"\0" * 34,
        b"\0\0\0\x18ftypmp42" + b"\0" * 64,
        b"\x1a\x45\xdf\xa3" + b"\xff" * 64,
        b"#!AMR\n",
        b"\xff\xfb\x90\x64" * 3,
        b"<html>not found</html>",
        VOICE_NOTE.read_bytes()[:200],
    ],
)
def test_what_holds_no_sound_is_unreadable(data: bytes) -> None:
    assert fault_of(data) is SoundFault.UNREADABLE


def test_nothing_at_all_is_empty() -> None:
    assert fault_of(b"") is SoundFault.EMPTY


def test_more_than_a_bot_can_fetch_is_too_big() -> None:
    assert fault_of(b"OggS" + bytes(DOWNLOAD_LIMIT_BYTES)) is SoundFault.TOO_BIG


def test_a_truncated_note_is_read_as_far_as_it_goes() -> None:
    whole = VOICE_NOTE.read_bytes()
    assert 2_000 < decode_sound(whole[: len(whole) // 2]).milliseconds < 5_000


def test_two_notes_chained_are_read_without_harm() -> None:
    chained = voice_note(speech(2)) + voice_note(speech(2))
    assert 1_900 < decode_sound(chained).milliseconds < 4_100


def ogg_pages(note: bytes) -> Iterator[bytearray]:
    """Yield the pages of an OGG file."""
    at = 0
    while at < len(note):
        segments = note[at + 26]
        length = 27 + segments + sum(note[at + 27 : at + 27 + segments])
        yield bytearray(note[at : at + length])
        at += length


def with_checksum(page: bytearray) -> bytes:
    """Return the page with its CRC-32 as OGG counts it: polynomial 04c11db7, not reflected."""
    page[22:26] = bytes(4)
    checksum = 0
    for byte in page:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = checksum << 1 ^ (0x104C11DB7 if checksum & 1 << 31 else 0)
    page[22:26] = struct.pack("<I", checksum)
    return bytes(page)


def claiming(note: bytes, seconds: int) -> bytes:
    """Return a note whose last page says that it ends so late."""
    pages = list(ogg_pages(note))
    pages[-1][6:14] = struct.pack("<q", seconds * 48_000)
    return b"".join(map(bytes, pages[:-1])) + with_checksum(pages[-1])


def test_a_header_that_claims_hours_is_not_believed() -> None:
    sound = normalise_sound(claiming(voice_note(tone(2, 300)), 19 * 3600))
    assert sound.duration_milliseconds == pytest.approx(2_000, abs=30)


def hours_of_opus(hours: float) -> bytes:
    """Return pages that count up to so many hours, 255 packets of 20 ms a page."""
    pages = list(ogg_pages(voice_note(silence(1))))
    head, tags = pages[0], pages[1]
    packets_a_page, frames = 255, 20 * 48
    page_count = round(hours * 3600 * 48_000 / (packets_a_page * frames))
    body = bytes([1]) * packets_a_page + b"\xf8" * packets_a_page
    long = [bytes(head), bytes(tags)]
    for number in range(page_count):
        end = struct.pack("<q", (number + 1) * packets_a_page * frames)
        serial = bytes(head[14:18])
        order = struct.pack("<I", number + 2)
        last = 4 if number == page_count - 1 else 0
        page = b"OggS\0" + bytes([last]) + end + serial + order + bytes(4) + b"\xff" + body
        long.append(with_checksum(bytearray(page)))
    return b"".join(long)


def test_a_quarter_of_an_hour_in_few_bytes_is_read_for_two_minutes_and_no_more() -> None:
    assert decode_sound(hours_of_opus(0.25)).milliseconds == 120_000


def test_a_long_file_is_read_for_two_minutes_and_no_more() -> None:
    long = wav(np.resize(tone(1, 300)[::6], 150 * 8_000), 8_000)
    assert fault_of(long) is SoundFault.TOO_LONG
    assert decode_sound(long).milliseconds < 122_000


def test_tags_in_cp1251_do_not_matter() -> None:
    note = voice_note(speech(2))
    plain = as_file(speech(2), "mp3", "libmp3lame", tags={"title": "abcdef"})
    assert b"abcdef" in plain
    foreign = plain.replace(b"abcdef", "привет".encode("cp1251"))
    assert decode_sound(foreign).milliseconds == pytest.approx(2_000, abs=120)
    assert decode_sound(note).milliseconds == pytest.approx(2_000, abs=30)


def test_the_sound_of_a_round_video_note_is_read() -> None:
    video = video_with_sound(speech(3), side_pixels=240)
    assert decode_sound(video).milliseconds == pytest.approx(3_000, abs=120)


def test_the_picture_of_a_huge_video_is_never_decoded() -> None:
    """Its decoder is not on the list, so even a broken picture cannot matter."""
    video = video_with_sound(speech(2), side_pixels=4096, break_picture=True)
    assert decode_sound(video).milliseconds == pytest.approx(2_000, abs=120)


def test_a_video_without_sound_has_no_sound() -> None:
    assert fault_of(video_with_sound(None, side_pixels=64)) is SoundFault.NO_SOUND


def test_fifteen_megabytes_of_cover_art_do_not_matter() -> None:
    art = b"\0image/jpeg\0\x03\0" + b"\xff\xd8\xff" + bytes(15_000_000)
    frame = b"APIC" + syncsafe(len(art)) + b"\0\0" + art
    tag = b"ID3\x04\0\0" + syncsafe(len(frame)) + frame
    song = tag + as_file(speech(2), "mp3", "libmp3lame")
    assert decode_sound(song).milliseconds == pytest.approx(2_000, abs=120)


def syncsafe(number: int) -> bytes:
    """Return four bytes of seven bits each, as ID3 counts."""
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def test_eight_channels_at_96_khz_become_one_at_16() -> None:
    voice = np.repeat(speech(2), 2 * 8)
    assert decode_sound(wav(voice, 96_000, channels=8)).milliseconds == 2_000


def wav_of_floats(samples: list[float]) -> bytes:
    body = struct.pack(f"<{len(samples)}f", *samples)
    form = struct.pack("<HHIIHH", 3, 1, 16_000, 64_000, 4, 32)
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_samples_that_are_no_numbers_are_unreadable(value: float) -> None:
    assert fault_of(wav_of_floats([0.1, value] * 16_000)) is SoundFault.UNREADABLE


def test_absurdly_loud_floats_are_only_loud() -> None:
    loud = [1e30 * float(sample) for sample in tone(6, 300)[::3]]
    assert measured_lufs(normalise_sound(wav_of_floats(loud)).wav) == pytest.approx(-16, abs=0.3)


def test_a_codec_that_is_not_on_the_list_is_unreadable() -> None:
    assert fault_of(as_file(noise(2, 0.1), "wav", "dfpwm")) is SoundFault.UNREADABLE


@pytest.mark.parametrize(
    "foreign",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n",
        b"ffconcat version 1.0\nfile '/etc/hostname'\n",
        b"RIFF0000AVI LIST",
        as_file(noise(2, 0.1), "ast", "pcm_s16be_planar"),
        as_file(noise(2, 0.1), "wsaud", "adpcm_ima_ws", rate_hz=44_100),
    ],
)
def test_a_container_that_is_not_on_the_list_is_unreadable(foreign: bytes) -> None:
    assert fault_of(foreign) is SoundFault.UNREADABLE


def test_a_tag_before_it_hides_no_sound() -> None:
    tag = b"ID3\x04\0\0\0\0\0\x02xx"
    for container, codec in (("flac", "flac"), ("adts", "aac"), ("mp3", "libmp3lame")):
        tagged = tag + as_file(speech(1), container, codec)
        assert normalise_sound(tagged).duration_milliseconds > 500


SEEDS = [
    voice_note(speech(1)),
    as_file(speech(1), "mp3", "libmp3lame"),
    as_file(speech(1), "mp4", "aac"),
    as_file(speech(1), "wav", "pcm_s16le", rate_hz=SPEECH_RATE_HZ // 3),
    as_file(speech(1), "flac", "flac"),
    as_file(speech(1), "matroska", "libopus"),
    as_file(speech(1), "aiff", "pcm_s16be"),
    as_file(speech(1), "avi", "adpcm_ima_wav"),
    as_file(speech(1), "asf", "wmav2", bit_rate=64_000),
    as_file(speech(1), "mpegts", "ac3"),
    as_file(speech(1), "flv", "aac"),
    (Path(__file__).parents[1] / "cases" / "recorder.3gp").read_bytes(),
    as_file(speech(1), "wv", "wavpack"),
    as_file(speech(1), "caf", "alac"),
]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.data())
def test_whatever_is_damaged_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    sound = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.one_of(st.integers(0, 400), st.integers(0, len(sound) - 1)))
        sound[at % len(sound)] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(sound)))
    with contextlib.suppress(SoundRefused):
        assert measured_dbtp(normalise_sound(bytes(sound[:cut])).wav) <= -1.5
