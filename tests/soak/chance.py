"""Chance: one seed, and how often things go wrong."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

Choice = TypeVar("Choice")

Weighted = Sequence[tuple[int, Choice]]


class Chance:
    """Everything random in a soak; `injected` counts what was made to go wrong, by name."""

    def __init__(self, seed: int, faults: float) -> None:
        self.dice = random.Random(seed)
        self.faults = faults
        self.certain: set[str] = set()
        """What always goes wrong."""
        self.injected: Counter[str] = Counter()

    def goes_wrong(self, where: str) -> bool:
        """Whether this call is one of the unlucky ones."""
        unlucky = self.dice.random() < self.faults or where in self.certain
        self.injected[where] += unlucky
        return unlucky

    def one_of(self, choices: Weighted[Choice]) -> Choice:
        """One of them, by weight."""
        weights = [weight for weight, _ in choices]
        return self.dice.choices([choice for _, choice in choices], weights)[0]

    def latency_seconds(self, longest: float) -> float:
        """How long a call takes: often nothing to speak of."""
        return 0.0 if self.dice.random() < 0.3 else self.dice.uniform(0.02, longest)
