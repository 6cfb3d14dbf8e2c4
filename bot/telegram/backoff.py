"""How long to wait before doing it again."""

from __future__ import annotations

import random
from dataclasses import dataclass

_dice = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling pauses up to a cap, shortened by up to half so that many clients do not march."""

    first_seconds: float = 0.5
    cap_seconds: float = 30.0

    def pause_seconds(self, failures: int) -> float:
        """The pause after this many failures in a row (from 1 on)."""
        doublings = float(2 ** min(failures - 1, 30))
        full_seconds = min(self.cap_seconds, self.first_seconds * doublings)
        return full_seconds * _dice.uniform(0.5, 1.0)
