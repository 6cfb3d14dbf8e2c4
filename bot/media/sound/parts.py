"""Recordings that lie one behind another in one file, and headers that lie about a length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

_BEGINS_OGG = 2  # the flag of a page that begins a stream
_OGG_PAGE = re.compile(rb"OggS\0(.)", re.DOTALL)
_MOST_PARTS = 30
_WAVE = re.compile(rb"(?:RIFF|RF64|BW64)....WAVEfmt ", re.DOTALL)
_UNKNOWN = b"\xff\xff\xff\xff"


def parts_of(data: bytes) -> list[bytes]:
    """Each recording, since FFmpeg reads on only while nothing changes, without what its header
    says wrongly of its length.
    """
    found = _chained(data) if data.startswith(b"OggS") else _WAVE.finditer(data, 1)
    begins = [0, *(each.start() for each in islice(found, _MOST_PARTS))]
    return [_with_true_length(data[a:b]) for a, b in pairwise([*begins, len(data)])]


def _chained(data: bytes) -> Iterator[re.Match[bytes]]:
    """Where streams begin although others went before."""
    began = True
    for page in _OGG_PAGE.finditer(data):
        begins = bool(page[1][0] & _BEGINS_OGG)
        if begins and not began:
            yield page
        began = begins


def _with_true_length(data: bytes) -> bytes:
    """What a recorder that was cut off, or never came back to the header, left there: no end."""
    if data[:4] in (b"RIFF", b"RF64", b"BW64") and data[8:12] == b"WAVE":
        return _wave(data)
    if data[:4] == b".snd":
        return data[:8] + _UNKNOWN + data[12:]
    at = data.find(b"SSND") + 4 if data[:4] == b"FORM" else 0
    if at > 3 and data[at : at + 4] == bytes(4):
        return data[:at] + (len(data) - at - 4).to_bytes(4, "big") + data[at + 4 :]
    return data


def _wave(data: bytes) -> bytes:
    at = 12
    while data[at : at + 4] not in (b"data", b""):
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little") + 1 & ~1
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    most = len(data) - at - 8
    if most // 2 < size <= most or (size and _is_chunk(data, at + 8 + (size + 1 & ~1))):
        return data
    return b"RIFF" + data[4 : at + 4] + _UNKNOWN + data[at + 8 :]


def _is_chunk(data: bytes, at: int) -> bool:
    """Whether the file ends there, or goes on with what has a name."""
    name = data[at : at + 4]
    return at in (len(data), len(data) + 1) or (len(name) == 4 and name.isalnum())
