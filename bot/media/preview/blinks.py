"""When a face blinks."""

from __future__ import annotations

import numpy as np

from bot.media.preview.speech import Track

_FIRST_SECONDS, _PAUSE_SECONDS = 1.1, (2.2, 4.6)
_CLOSING_SECONDS, _OPENING_SECONDS = 0.09, 0.17


def blink_track(frames: int, frames_per_second: int, seed: int) -> Track:
    """Return how far the lids are down, 0..1, for each frame; the same seed blinks the same."""
    random = np.random.default_rng(seed)
    seconds = np.arange(frames) / frames_per_second
    track = np.zeros(frames, np.float32)
    moment = _FIRST_SECONDS
    while moment < seconds[-1]:
        # On a frame's own time, so that no blink falls between two frames.
        after = seconds - round(moment * frames_per_second) / frames_per_second
        down = np.where(after < 0, 1 + after / _CLOSING_SECONDS, 1 - after / _OPENING_SECONDS)
        track = np.maximum(track, np.clip(down, 0, 1)).astype(np.float32)
        moment += random.uniform(*_PAUSE_SECONDS)
    return track
