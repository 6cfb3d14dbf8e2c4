"""A picture's file without what no pixel needs, so that remarks and tags never decide about it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

_PNG = b"\x89PNG\r\n\x1a\n"
_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_OF_USE = frozenset({b"tRNS", b"iCCP", b"eXIf", b"iTXt"})
_TURNED_BY = b"XML:com.adobe.xmp\0\0"  # not compressed; may say how the picture is to be turned
_LONGEST_REMARK_BYTES = 1024 * 1024  # Pillow refuses a file that has a longer one

_FRAMES = frozenset({b"VP8 ", b"VP8L", b"ANMF"})
_TAIL_BYTES = 4096  # more than a decoder reads ahead

SMALL_SHARE = 0.1
"""So much of a picture may be missing."""


class _Chunk(NamedTuple):
    kind: bytes
    body: bytes
    whole: bytes
    missing_bytes: int


def readable(data: bytes) -> bytes:
    """The same picture without remarks, and with zeros for the little that its file may lack.

    Only of PNG, WebP, AVIF and HEIC, whose decoders take a whole file or none.
    """
    if data.startswith(_PNG):
        return _PNG + b"".join(chunk.whole for chunk in _png_chunks(data) if _is_needed(chunk))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _completed_webp(data)
    if data[4:8] == b"ftyp":
        return data + bytes(_little_that_lacks(data))
    return data


def _png_chunks(data: bytes) -> Iterator[_Chunk]:
    at = len(_PNG)
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        kind, body, whole = data[at + 4 : at + 8], data[at + 8 : end - 4], data[at:end]
        yield _Chunk(kind, body, whole, max(0, end - len(data)))
        at = end


def _is_needed(chunk: _Chunk) -> bool:
    if chunk.kind in _CRITICAL:
        return True
    if chunk.kind not in _OF_USE or chunk.missing_bytes or not _is_undamaged(chunk):
        return False
    if chunk.kind == b"iTXt":
        return chunk.body.startswith(_TURNED_BY) and len(chunk.body) < _LONGEST_REMARK_BYTES
    return chunk.kind != b"iCCP" or _unpacks(chunk.body)


def _is_undamaged(chunk: _Chunk) -> bool:
    return zlib.crc32(chunk.kind + chunk.body) == int.from_bytes(chunk.whole[-4:], "big")


def _unpacks(profile: bytes) -> bool:
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(profile[profile.find(b"\0") + 2 :], _LONGEST_REMARK_BYTES)
    except zlib.error:
        return False
    return unpacking.eof


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a WebP as it says itself; None of anything else."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    match data[12:16]:
        case b"VP8X":
            return _little(data[24:27]) + 1, _little(data[27:30]) + 1
        case b"VP8L":
            sides = _little(data[21:25])
            return (sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF
    return None


def _little(number: bytes) -> int:
    return int.from_bytes(number, "little")


def _completed_webp(data: bytes) -> bytes:
    if len(data) >= 8 + int.from_bytes(data[4:8], "little"):
        return data
    *whole, last = _webp_chunks(data)
    kept = [chunk.whole for chunk in whole]
    if last.kind in _FRAMES and last.missing_bytes < SMALL_SHARE * len(last.whole):
        kept.append(_webp_chunk(last.kind, last.body + bytes(last.missing_bytes + _TAIL_BYTES)))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)


def _webp_chunks(data: bytes) -> Iterator[_Chunk]:
    """At least one, which may be empty."""
    at = 12
    while True:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        whole = data[at:end]
        yield _Chunk(whole[:4], whole[8:], whole, max(0, end - len(data)))
        at = end
        if at >= len(data):
            return


def _little_that_lacks(data: bytes) -> int:
    """The bytes after the end of an ISO file that its last box still claims, if they are few."""
    at = 0
    while at + 8 <= len(data):
        at += max(8, int.from_bytes(data[at : at + 4], "big"))
    lacking = at - len(data)
    return lacking if 0 < lacking < SMALL_SHARE * len(data) else 0
