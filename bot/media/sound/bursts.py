"""What is far louder than the voice (a beep, a knock, a laugh): it must not set the voice's level.

Where nothing stands far out nothing is done, which the level alone tells.
"""

from __future__ import annotations

from types import EllipsisType

import numpy as np

from bot.media.sound.samples import SAMPLE_RATE_HZ, Mask, Numbers, Samples, step_powers
from bot.media.sound.voice_activity import CHUNK_SAMPLES, LEAST_CHUNKS, at_steps, speaking_chunks

_STEP_SAMPLES = SAMPLE_RATE_HZ // 50
_SUSPECT_DB = 17.0  # no voice reaches so far over its median
_BURST_DB = 12.0  # nor so far over its mean
_FLANK_DB = 6.0
_LEFT_DB = 0.0  # what a burst is louder than the voice afterwards
_PAUSE_DB = 15.0  # below the median are gaps between words
_TOP_DB, _MOST_OF_VOICE = 15.0, 0.25  # who is among the loudest for so long only speaks louder
_LEAST_POWER = 1e-12

_AS_IT_IS = np.ones(1, np.float32)


def without_bursts(samples: Samples, weighted: Samples) -> tuple[Samples, Mask | EllipsisType]:
    """Return the factor for each sample that turns bursts down, and which samples are the voice.

    The samples at 16 kHz are given K-weighted as well. One factor, and all of them: nothing is far
    louder than the rest.
    """
    levels = _levels_db(weighted)
    if not len(levels) or levels.max() - np.median(levels) < _SUSPECT_DB:
        return _AS_IT_IS, ...
    speaks = at_steps(speaking_chunks(samples), len(levels), _STEP_SAMPLES)
    if speaks.sum() * _STEP_SAMPLES < LEAST_CHUNKS * CHUNK_SAMPLES:
        return _AS_IT_IS, ...
    voice_db = _voice_db(levels[speaks])
    burst = _bursts(levels, speaks, voice_db)
    if not burst.any():
        return _AS_IT_IS, ...
    needed_db = np.where(burst, np.minimum(0, voice_db + _LEFT_DB - levels), 0.0)
    heard = speaks & ~burst
    return _drawn(needed_db, len(samples)), np.repeat(heard, _STEP_SAMPLES)[: len(samples)]


def _levels_db(weighted: Samples) -> Numbers:
    """Return the level of each step, the last one filled up with silence."""
    filled = np.pad(weighted, (0, -len(weighted) % _STEP_SAMPLES))
    return np.asarray(10 * np.log10(step_powers(filled, _STEP_SAMPLES) + _LEAST_POWER))


def _voice_db(levels: Numbers) -> float:
    """The level of a voice without its gaps, and without what is far louder."""
    usual = float(np.median(levels))
    near = levels[(levels > usual - _PAUSE_DB) & (levels < usual + _BURST_DB)]
    return float(10 * np.log10(np.mean(10 ** (near / 10))))


def _bursts(levels: Numbers, speaks: Mask, voice_db: float) -> Mask:
    """Return which steps are far too loud, with the flanks of those that are."""
    loud = levels > voice_db + _BURST_DB
    if (levels[speaks] > levels.max() - _TOP_DB).mean() > _MOST_OF_VOICE:
        loud &= ~speaks
    if not loud.any():
        return loud
    flank = levels > voice_db + _FLANK_DB
    bounds = np.flatnonzero(np.diff(np.pad(flank | loud, 1).astype(np.int8)))
    for begin, end in bounds.reshape(-1, 2):
        loud[begin:end] = loud[begin:end].any()
    return loud


def _drawn(needed_db: Numbers, length: int) -> Samples:
    """Return a factor for each sample, on straight lines through the lowest of each two steps."""
    wide = np.pad(needed_db, 1, "edge")
    edges = np.minimum(wide[:-1], wide[1:])
    at = np.arange(length) / _STEP_SAMPLES
    curve_db = np.interp(at, np.arange(len(edges)), edges)
    return np.asarray(10 ** (curve_db / 20), np.float32)
