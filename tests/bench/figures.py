"""One figure of the table: ours, and what ran beside it on the same machine in the same minutes.

Absolute numbers depend on the machine and on who else uses it; the ratio hardly does.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_HEADINGS = ("subject", "what", "ours", "beside", "ratio", "at most", "beside is")


@dataclass(frozen=True, slots=True)
class Figure:
    """Medians, in `unit`; `ratio` is the median of the pairs' ratios. Less is better.

    `most`: the ratio that is promised, where one is.
    """

    subject: str
    what: str
    ours: float
    beside: float
    ratio: float
    unit: str
    beside_is: str
    most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether what is promised is kept."""
        return self.most is None or self.ratio <= self.most

    def cells(self) -> tuple[str, ...]:
        """The line of the table."""
        most = "" if self.most is None else f"{self.most:.2f}"
        ours, beside = f"{self.ours:.3g} {self.unit}", f"{self.beside:.3g} {self.unit}"
        return (self.subject, self.what, ours, beside, f"{self.ratio:.2f}", most, self.beside_is)


def figure_of(
    subject: str,
    what: str,
    pairs: Sequence[tuple[float, float]],
    unit: str,
    beside_is: str,
    most: float | None = None,
) -> Figure:
    """A figure of pairs (ours, beside) that were measured turn and turn about."""
    return Figure(
        subject,
        what,
        statistics.median(ours for ours, _ in pairs),
        statistics.median(beside for _, beside in pairs),
        statistics.median(ours / beside for ours, beside in pairs),
        unit,
        beside_is,
        most,
    )


def table(figures: Sequence[Figure]) -> str:
    """All of them, in columns."""
    rows = [_HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
