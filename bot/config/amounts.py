"""Kinds of numbers among the settings, and their exact whole units."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.config import values

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
"""In milliseconds."""
YUAN, FEN = 1_000_000, 10_000
"""In micro-yuan."""

Optional = BeforeValidator(values.nothing_if_empty)
Filled = BeforeValidator(values.filled)

# The upper bounds catch slips of the keyboard and keep every sum inside a 64-bit integer.
Seconds = Annotated[Decimal, Field(ge=0, le=10_000_000, decimal_places=3), Filled]
LongVoiceSeconds = Annotated[Decimal, Field(ge=0, le=300, decimal_places=3), Filled]
Yuan = Annotated[Decimal, Field(ge=0, le=10_000_000, decimal_places=6), Filled]
# A price of nothing would make every cap in money meaningless.
Fen = Annotated[Decimal, Field(gt=0, le=100_000, decimal_places=4), Filled]
Age = Annotated[Decimal, Field(ge=0, le=100_000, decimal_places=4), Filled]
BackupHours = Annotated[Decimal, Field(ge=1, le=24, decimal_places=4), Filled]
Count = Annotated[int, Field(le=1_000_000), Filled]
Wait = Annotated[float, Field(ge=0.05, le=3600, allow_inf_nan=False)]


def whole(amount: Decimal, units: int) -> int:
    """`amount` counted in a unit of which `units` make one; exact by the decimal places above."""
    return int(amount * units)
