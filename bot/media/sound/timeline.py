"""Where in time decoded frames belong: what a recorder left out is silence."""

from __future__ import annotations

from av.audio.frame import AudioFrame

LONGEST_GAP_SECONDS = 20.0
"""No video is longer: beyond it the clock was set, or something was cut out, and nobody waited."""

_LEAST_STEP_SECONDS = 0.01
_LEAST_GAP_SECONDS = 0.04  # stamps are rounded, and those of live recordings tremble
_MOST_AHEAD_SECONDS = 0.2
_MANY_GAPS = 8


class Timeline:
    """Follows the time stamps of one stream, of which only differences count."""

    def __init__(self) -> None:
        self._end: float | None = None
        self._owed = 0.0
        self._frames = self._gaps = 0

    @property
    def is_nonsense(self) -> bool:
        """Whether there are gaps nearly everywhere: the time stamps tell nothing of pauses."""
        return self._gaps > max(_MANY_GAPS, self._frames // 2)

    def gap_seconds(self, frame: AudioFrame) -> float:
        """How much silence belongs before this frame, the next one."""
        self._frames += 1
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
        self._gaps += 1
        return gap
