"""A stranger's sound made into samples: in memory, bounded, reaching for no file and no address."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO
from typing import Any, cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard

from bot.media.errors import BROKEN_INPUT, SoundFault, SoundRefused
from bot.media.sound.frames import LONGEST_READ_SECONDS, DecodedSound, FrameGatherer

_MATROSKA = b"\x1a\x45\xdf\xa3"
_FIRST_BYTES = {b"OggS": "ogg", b"fLaC": "flac", _MATROSKA: "matroska", b"#!AMR": "amr"}
_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide"})
_ID3_HEADER_BYTES = 10


def sniff_demuxer(data: bytes) -> str | None:
    """Return the name of FFmpeg's demuxer for these bytes; None when they are no known sound."""
    if data[:3] == b"ID3":
        return _after_id3(data)
    for start, demuxer in _FIRST_BYTES.items():
        if data.startswith(start):
            return demuxer
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return "wav"
    if data[4:8] in _MP4_BOXES:
        return "mov"
    return _mpeg_frame(data[:2])


def _after_id3(data: bytes) -> str:
    """Tell what an ID3 tag stands before: usually MP3, but FLAC and AAC files carry it as well."""
    size = 0
    for byte in data[6:_ID3_HEADER_BYTES]:
        size = size << 7 | byte & 0x7F
    rest = data[_ID3_HEADER_BYTES + size :][:4]
    if rest == b"fLaC":
        return "flac"
    return _mpeg_frame(rest[:2]) or "mp3"


def _mpeg_frame(two: bytes) -> str | None:
    """Tell MPEG audio by the eleven set bits of a frame's start; layer 0 is AAC in ADTS frames."""
    if len(two) < 2 or two[0] != 0xFF or two[1] & 0xE0 != 0xE0:
        return None
    layer = two[1] >> 1 & 3
    if layer == 0:
        return "aac" if two[1] & 0xF0 == 0xF0 else None
    return "mp3"


MAXIMUM_BYTES = 20 * 1024 * 1024
"""The most a bot can download (Bot API: getFile)."""
LONGEST_CLAIM_SECONDS = 600
"""A container that claims more is refused before anything is decoded."""

# PyAV up to 18 fails on tags that are not UTF-8 unless told otherwise; 19 has no such keyword.
TAGS: dict[str, Any] = (
    {"metadata_errors": "replace"} if int(av.__version__.partition(".")[0]) < 19 else {}
)

_LONGEST_WORK_SECONDS = 8.0
_BROKEN_PACKETS_FORGIVEN = 3
_DECODERS = frozenset(
    {
        *("aac", "alac", "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb", "flac"),
        *("mp2", "mp2float", "mp3", "mp3float", "opus", "libopus", "vorbis"),
        *("pcm_alaw", "pcm_mulaw", "pcm_u8", "pcm_s16be", "pcm_s16le", "pcm_s24be", "pcm_s24le"),
        *("pcm_s32be", "pcm_s32le", "pcm_f32le", "pcm_f64le"),
    }
)


def decode_sound(
    data: bytes, *, beginning_is_enough: bool = False, longest_seconds: int = LONGEST_READ_SECONDS
) -> DecodedSound:
    """Decode the first audio stream of an OGG, MP3, WAV, FLAC, MP4, Matroska, AAC or AMR file.

    `beginning_is_enough`: a file that claims many hours is read from its start all the same.
    Reading stops after `longest_seconds`.
    Raises SoundRefused (EMPTY, TOO_BIG, UNREADABLE, TOO_LONG).
    """
    if not data:
        raise SoundRefused(SoundFault.EMPTY)
    if len(data) > MAXIMUM_BYTES:
        raise SoundRefused(SoundFault.TOO_BIG)
    demuxer = sniff_demuxer(data)
    if demuxer is None:
        raise SoundRefused(SoundFault.UNREADABLE)
    try:
        return _decode(data, demuxer, beginning_is_enough, longest_seconds)
    except (av.FFmpegError, *BROKEN_INPUT) as error:
        raise SoundRefused(SoundFault.UNREADABLE) from error


def _decode(
    data: bytes, demuxer: str, beginning_is_enough: bool, longest_seconds: int
) -> DecodedSound:
    with _open(data, demuxer) as container:
        claimed = _claimed_milliseconds(container)
        if claimed and claimed > 1000 * LONGEST_CLAIM_SECONDS and not beginning_is_enough:
            raise SoundRefused(SoundFault.TOO_LONG, claimed)
        gatherer = FrameGatherer(longest_seconds)
        for frame in _frames(container, _only_sound(container)):
            gatherer.add(frame)
            if gatherer.full:
                break
        return gatherer.finish(claimed)


def _open(data: bytes, demuxer: str) -> InputContainer:
    """Open with everything forbidden but this demuxer and our decoders.

    No stream's properties are guessed by decoders outside the list, which keeps
    the video of a video file closed.
    """
    options = {
        "protocol_whitelist": "pipe",
        "format_whitelist": demuxer,
        "codec_whitelist": ",".join(sorted(_DECODERS)),
        "probesize": str(1 << 20),
        "analyzeduration": "2000000",
        "max_streams": "16",
    }
    opened = av.open(BytesIO(data), "r", format=demuxer, options=options, **TAGS)
    return cast(InputContainer, opened)


def _claimed_milliseconds(container: InputContainer) -> int | None:
    """Return the length that the container states; it may lie."""
    microseconds = container.duration
    return microseconds // 1000 if microseconds and microseconds > 0 else None


def _only_sound(container: InputContainer) -> AudioStream:
    """Return the first audio stream, all others switched off, if its decoder may be used."""
    sounds = container.streams.audio
    # the list of codecs given to FFmpeg does not bind the decoder that PyAV opens
    if not sounds or sounds[0].codec_context.codec.name not in _DECODERS:
        raise SoundRefused(SoundFault.UNREADABLE)
    for stream in container.streams:
        if stream.index != sounds[0].index:
            stream.discard = Discard.all
    return sounds[0]


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Decode packet by packet; a few broken ones are skipped, as players do."""
    deadline = time.monotonic() + _LONGEST_WORK_SECONDS
    packets = broken = 0
    for packet in container.demux(stream):
        packets += 1
        if time.monotonic() > deadline:
            raise SoundRefused(SoundFault.UNREADABLE)
        try:
            yield from stream.codec_context.decode(packet)
        except av.error.InvalidDataError:
            broken += 1
    if broken > max(_BROKEN_PACKETS_FORGIVEN, packets // 10):
        raise SoundRefused(SoundFault.UNREADABLE)
