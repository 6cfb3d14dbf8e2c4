"""A stranger's file opened in memory: known by its content, reaching for no file and no address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, NamedTuple

import av
from av.audio.stream import AudioStream
from av.container import InputContainer

from bot.media.errors import BROKEN_INPUT, SoundFault, SoundRefused

_OF_SOUND = (
    *("aac", "ac3", "aiff", "amr", "amrnb", "amrwb", "ape", "au", "caf", "dts", "dtshd", "eac3"),
    *("flac", "gsm", "iff", "ilbc", "ircam", "loas", "mp3", "mpc", "mpc8", "nistsphere", "ogg"),
    *("oma", "paf", "pvf", "qcp", "qoa", "sbc", "shn", "sln", "sox", "tak", "tta", "voc", "w64"),
    *("wav", "wv", "wve", "xwma"),
)
_OF_VIDEO = ("asf", "avi", "flv", "matroska", "mov", "mpeg", "mpegts", "nut", "rm")
DEMUXERS = (*_OF_SOUND, *_OF_VIDEO)
"""None of them opens another file."""

_PCM = (
    *("pcm_alaw", "pcm_bluray", "pcm_dvd", "pcm_f16le", "pcm_f24le", "pcm_f32be", "pcm_f32le"),
    *("pcm_f64be", "pcm_f64le", "pcm_mulaw", "pcm_s16be", "pcm_s16be_planar", "pcm_s16le"),
    *("pcm_s16le_planar", "pcm_s24be", "pcm_s24le", "pcm_s24le_planar", "pcm_s32be", "pcm_s32le"),
    *("pcm_s32le_planar", "pcm_s64be", "pcm_s64le", "pcm_s8", "pcm_s8_planar", "pcm_u16be"),
    *("pcm_u16le", "pcm_u24be", "pcm_u24le", "pcm_u32be", "pcm_u32le", "pcm_u8", "pcm_vidc"),
    *("8svx_exp", "8svx_fib", "s302m", "sdx2_dpcm"),
)
_ADPCM = (
    *("adpcm_adx", "adpcm_ct", "adpcm_ima_amv"),
    *("adpcm_ima_oki", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_sbpro_2"),
    *("adpcm_sbpro_3", "adpcm_sbpro_4", "adpcm_swf", "adpcm_yamaha", "g722", "g726", "g726le"),
)
_SPEECH = (
    *("amrnb", "amrwb", "evrc", "g723_1", "g728"),
    *("g729", "gsm", "gsm_ms", "ilbc", "nellymoser", "qcelp", "sipr", "siren", "speex"),
    *("truespeech", "wmavoice"),
)
_LOSSY = (
    *("aac", "aac_fixed", "aac_latm", "ac3", "ac3_fixed", "aptx", "aptx_hd", "atrac1", "atrac3"),
    *("atrac3al", "atrac3plus", "atrac3plusal", "cook", "dca", "eac3", "mace3", "mace6", "mp1"),
    *("mp1float", "mp2", "mp2float", "mp3", "mp3adu", "mp3adufloat", "mp3float", "mp3on4"),
    *("mp3on4float", "mpc7", "mpc8", "opus", "libopus", "qdm2", "qdmc", "qoa", "real_144"),
    *("real_288", "sbc", "vorbis", "wmapro", "wmav1", "wmav2"),
)
_LOSSLESS = (
    *("alac", "als", "ape", "flac", "mlp", "ralf", "shorten", "tak", "truehd", "tta", "wavpack"),
    "wmalossless",
)
DECODERS = frozenset((*_PCM, *_ADPCM, *_SPEECH, *_LOSSY, *_LOSSLESS))
"""Those of what devices and programs make: they may be handed a stranger's bytes."""

# PyAV up to 18 fails on tags that are not UTF-8 unless told otherwise; 19 has no such keyword.
TAGS: dict[str, Any] = (
    {"metadata_errors": "replace"} if int(av.__version__.partition(".")[0]) < 19 else {}
)

_JUNK_BYTES = 1 << 20
_MAGIC = {
    "ogg": rb"OggS\x00",
    "wav": rb"(?:RIFF|RF64|BW64)....WAVE",
    "avi": rb"RIFF....AVI ",
    "flac": rb"fLaC\x00",
    "mov": rb"....ftyp",
    "matroska": rb"\x1a\x45\xdf\xa3",
    "caf": rb"caff\x00\x01",
    "aiff": rb"FORM....AIF[FC]",
    "amr": rb"#!AMR",
    "asf": rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    "au": rb"\.snd\x00",
    "wv": rb"wvpk",
    "flv": rb"FLV\x01",
    "mp3": rb"ID3[\x02-\x04]",
    "mpegts": rb"(?:G.{187}){8}",
}
"""How the files of these demuxers begin."""

_OPTIONS = {
    "protocol_whitelist": "pipe",
    "format_whitelist": ",".join(DEMUXERS),
    "codec_whitelist": ",".join(sorted(DECODERS)),
    "probesize": str(1 << 20),
    "analyzeduration": "2000000",
    "max_streams": "32",
}


class Source(NamedTuple):
    """Bytes, and the demuxer to be used (None: FFmpeg is to tell by the content); whether cuts by
    a movie's edit list are looked through.
    """

    data: bytes
    demuxer: str | None = None
    uncut: bool = False


def sources(data: bytes) -> Iterator[Source]:
    """What a file may be read as: what it seems to be, and then what begins further on in it."""
    yield Source(data)
    if b"elst" in data:
        yield Source(data, uncut=True)
    for demuxer, magic in _MAGIC.items():
        found = re.compile(magic, re.DOTALL).search(data, 0, _JUNK_BYTES)
        if found is not None:
            yield Source(data[found.start() :], demuxer)


@contextmanager
def open_sound(source: Source) -> Iterator[InputContainer]:
    """Open with everything forbidden but our demuxers and our decoders; what turns out unreadable
    inside the `with` becomes SoundRefused (UNREADABLE).

    A demuxer that is not ours is not begun. No stream's properties are guessed by decoders outside
    the list, which keeps the video of a video file closed.
    """
    file, options = BytesIO(source.data), _OPTIONS | {"ignore_editlist": str(int(source.uncut))}
    try:
        with av.open(file, "r", format=source.demuxer, options=options, **TAGS) as container:
            yield container
    except (av.FFmpegError, *BROKEN_INPUT) as error:
        raise SoundRefused(SoundFault.UNREADABLE) from error


def may_decode(stream: AudioStream) -> bool:
    """Whether its decoder is among them."""
    # FFmpeg's own list of codecs does not bind the decoder that PyAV opens
    context = stream.codec_context
    return context is not None and context.codec.name in DECODERS
