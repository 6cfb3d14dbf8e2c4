"""Where in time decoded frames belong: what a recorder left out is silence."""

from __future__ import annotations

from av.audio.frame import AudioFrame

LONGEST_GAP_SECONDS = 20.0
"""No video is longer: beyond it the clock was set, or something was cut out, and nobody waited."""

_LEAST_STEP_SECONDS = 0.01
_LEAST_GAP_SECONDS = 0.04  # stamps are rounded, and those of live recordings tremble
_MOST_AHEAD_SECONDS = 0.2


class Timeline:
    """Follows the time stamps of one stream, of which only differences count."""

    def __init__(self) -> None:
        self._end: float | None = None
        self._owed = 0.0

    def gap_seconds(self, frame: AudioFrame) -> float:
        """How much silence belongs before this frame, the next one."""
        begin = frame.time if frame.pts is not None else self._end
        if begin is None:
            return 0.0
        step = 0.0 if self._end is None else begin - self._end
        self._end = begin + frame.samples / frame.sample_rate
        if abs(step) > LONGEST_GAP_SECONDS:
            return 0.0
        self._owed = max(self._owed + step, -_MOST_AHEAD_SECONDS)
        if step < _LEAST_STEP_SECONDS or self._owed < _LEAST_GAP_SECONDS:
            return 0.0
        gap, self._owed = self._owed, 0.0
        return gap
