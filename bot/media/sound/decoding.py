"""A stranger's sound made into samples: in memory, bounded, reaching for no file and no address."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Discard

from bot.media.errors import BROKEN_INPUT, SoundFault, SoundRefused
from bot.media.sound.frames import gathered
from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples

_DEMUXERS = "ogg,mp3,wav,flac,mov,matroska,aac,amr"
MAXIMUM_BYTES = 20 * 1024 * 1024
"""The most a bot can download (Bot API: getFile)."""
LONGEST_READ_SECONDS = 120
"""Where reading stops, whatever follows, unless more is asked for."""
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


@dataclass(frozen=True, slots=True)
class DecodedSound:
    """One channel of samples at 16 kHz; `whole` is False when reading stopped before the end."""

    samples: Samples
    whole: bool
    claimed_milliseconds: int | None

    @property
    def milliseconds(self) -> int:
        """The length of what was read."""
        return round(1000 * len(self.samples) / SAMPLE_RATE_HZ)


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
    try:
        return _decode(data, beginning_is_enough, longest_seconds)
    except (av.FFmpegError, *BROKEN_INPUT) as error:
        raise SoundRefused(SoundFault.UNREADABLE) from error


def _decode(data: bytes, beginning_is_enough: bool, longest_seconds: int) -> DecodedSound:
    with _open(data) as container:
        claimed = _claimed_milliseconds(container)
        if claimed and claimed > 1000 * LONGEST_CLAIM_SECONDS and not beginning_is_enough:
            raise SoundRefused(SoundFault.TOO_LONG, claimed)
        samples = gathered(_frames(container, _only_sound(container)), longest_seconds)
    if not len(samples):
        raise SoundRefused(SoundFault.UNREADABLE)
    return DecodedSound(samples, len(samples) < longest_seconds * SAMPLE_RATE_HZ, claimed)


def _open(data: bytes) -> InputContainer:
    """Open with everything forbidden but our demuxers and our decoders.

    FFmpeg tells by the first bytes which demuxer it is; one that is not ours is not begun. No
    stream's properties are guessed by decoders outside the list, which keeps the video of a video
    file closed.
    """
    options = {
        "protocol_whitelist": "pipe",
        "format_whitelist": _DEMUXERS,
        "codec_whitelist": ",".join(sorted(_DECODERS)),
        "probesize": str(1 << 20),
        "analyzeduration": "2000000",
        "max_streams": "16",
    }
    return cast(InputContainer, av.open(BytesIO(data), "r", options=options, **TAGS))


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
