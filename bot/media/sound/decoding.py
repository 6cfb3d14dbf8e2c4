"""A stranger's sound made into samples: in memory, bounded, the first track that can be used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.media.errors import SoundFault, SoundRefused
from bot.media.exchange import DOWNLOAD_LIMIT_BYTES
from bot.media.sound.containers import Source, sources
from bot.media.sound.lengths import SHORTEST_MILLISECONDS
from bot.media.sound.loudness import loudness_lufs
from bot.media.sound.parts import parts_of
from bot.media.sound.samples import SAMPLE_RATE_HZ, Samples
from bot.media.sound.tracks import read_track, tracks_of

LONGEST_READ_SECONDS = 120
"""Where reading stops, whatever follows, unless more is asked for."""

_LOUD_ENOUGH_LUFS = -45.0  # of a track, where there are others


@dataclass(frozen=True, slots=True)
class DecodedSound:
    """One channel of samples at 16 kHz; `whole` is False when reading stopped before the end."""

    samples: Samples
    whole: bool

    @property
    def milliseconds(self) -> int:
        """The length of what was read."""
        return _milliseconds(self.samples)


def decode_sound(data: bytes, *, longest_seconds: int = LONGEST_READ_SECONDS) -> DecodedSound:
    """Decode the first track that holds a sound, of whatever file people's devices make.

    Reading stops after `longest_seconds`; what the file says of its length does not count.
    Raises SoundRefused (EMPTY, TOO_BIG, UNREADABLE, NO_SOUND).
    """
    if not data:
        raise SoundRefused(SoundFault.EMPTY)
    if len(data) > DOWNLOAD_LIMIT_BYTES:
        raise SoundRefused(SoundFault.TOO_BIG)
    most = longest_seconds * SAMPLE_RATE_HZ
    samples = _joined(data, longest_seconds)[:most]
    return DecodedSound(samples, len(samples) < most)


def _joined(data: bytes, longest_seconds: int) -> Samples:
    """All recordings in the file; one that cannot be read takes none of the others away."""
    heard: list[Samples] = []
    refusal = None
    for part in parts_of(data):
        if sum(map(len, heard)) >= longest_seconds * SAMPLE_RATE_HZ:
            break
        try:
            heard.append(_decode(part, longest_seconds))
        except SoundRefused as refused:
            refusal = refusal or refused
    if refusal is not None and not heard:
        raise refusal
    return heard[0] if len(heard) == 1 else np.concatenate(heard)


def _decode(data: bytes, longest_seconds: int) -> Samples:
    """As what the file seems to be at first sight, or on a closer look if that gives too little."""
    heard: list[Samples] = []
    refusal: SoundRefused | None = None
    for source in sources(data):
        try:
            heard.append(_best(source, longest_seconds))
        except SoundRefused as refused:
            if refused.fault is SoundFault.NO_SOUND:
                raise
            refusal = refusal or refused
        else:
            if _is_long_enough(heard[-1]):
                return heard[-1]
    if not heard:
        raise refusal or SoundRefused(SoundFault.UNREADABLE)
    return max(heard, key=len)


def _best(source: Source, longest_seconds: int) -> Samples:
    """The first track that is long and loud enough, or else the best there is."""
    tracks = tracks_of(source)
    heard = []
    for track in tracks:
        samples = _heard(source, track, longest_seconds)
        if len(samples) and (len(tracks) == 1 or _rank(samples) >= (True, _LOUD_ENOUGH_LUFS)):
            return samples
        heard.append(samples)
    best = max(heard, key=_rank)
    if not len(best):
        raise SoundRefused(SoundFault.UNREADABLE)
    return best


def _heard(source: Source, track: int, longest_seconds: int) -> Samples:
    """One track; nothing of a broken one where there are others."""
    try:
        return read_track(source, track, longest_seconds)
    except SoundRefused:
        return np.zeros(0, np.float32)


def _rank(samples: Samples) -> tuple[bool, float]:
    """Whether it is long enough, and how loud it is."""
    return _is_long_enough(samples), loudness_lufs(samples)


def _is_long_enough(samples: Samples) -> bool:
    return _milliseconds(samples) >= SHORTEST_MILLISECONDS


def _milliseconds(samples: Samples) -> int:
    return round(1000 * len(samples) / SAMPLE_RATE_HZ)
