"""What a sound's first bytes say it is: they, and nothing else, choose the demuxer.

FFmpeg's own guess would accept playlists, which name other files and addresses to read.
"""

from __future__ import annotations

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
