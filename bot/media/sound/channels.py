"""Several channels made into one."""

from __future__ import annotations

import numpy as np

from bot.media.sound.samples import Samples

_CANCELLED = 0.1  # a mix that keeps less of its channels' power has cancelled them out


def to_mono(channels: Samples) -> Samples:
    """Average (n, channels); where they cancel each other out (one is wired inverted), take the
    strongest.
    """
    mono: Samples = channels.mean(axis=1, dtype=np.float32)
    powers = np.einsum("ij,ij->j", channels, channels)
    if np.vdot(mono, mono) < _CANCELLED * powers.mean():
        mono = np.ascontiguousarray(channels[:, int(powers.argmax())])
    return mono
