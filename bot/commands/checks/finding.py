"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: a `problem` must be mended, a `warning` should be thought about."""

    level: Level
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        told = f"{self.level:<8} {self.text}"
        return f"{told} — {self.remedy}" if self.remedy else told


def ok(text: str) -> Finding:
    """All is well."""
    return Finding("ok", text)


def warning(text: str, remedy: str) -> Finding:
    """It works, with a risk."""
    return Finding("warning", text, remedy)


def problem(text: str, remedy: str = "") -> Finding:
    """It does not work, or will not for long."""
    return Finding("problem", text, remedy)
