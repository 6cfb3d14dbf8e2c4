"""Cutting a long voice: for tasks that are short enough, and into clips to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import inf

from bot.media.exchange import Span
from bot.media.sound.pauses import CutPoint

_TASK_COST = 0.5  # fewer tasks are fewer seams
_BALANCE_COST = 2.0
_SHORTER_COST = 2.0
_AWAY_COST = 8.0
_LEAST_CLIP = 0.25  # a clip worth hearing, as a share of the longest
_LEAST_SHIFT = 0.1  # two clips that begin and end nearer than that are one


def cuts(
    points: Sequence[CutPoint], total_milliseconds: int, *, shortest: int, longest: int
) -> tuple[int, ...]:
    """Where to cut so that every task is of a length within `shortest` and `longest`.

    The way through the points (in their order) that costs least: speech is cut as seldom as can
    be, then long pauses, equal lengths and few tasks count. Raises ValueError if there is no way.
    """
    if total_milliseconds <= longest:
        return ()
    usual = total_milliseconds / -(-total_milliseconds // longest)
    inner = [point for point in points if 0 < point.at_milliseconds < total_milliseconds]
    steps = [CutPoint(0, 0.0), *inner, CutPoint(total_milliseconds, 0.0)]
    best: list[tuple[float, int]] = [(0.0, 0)]
    first = 0
    for here, step in enumerate(steps[1:], start=1):
        while step.at_milliseconds - steps[first].at_milliseconds > longest:
            first += 1
        cheapest, came_from = inf, -1
        for before in range(first, here):
            length = step.at_milliseconds - steps[before].at_milliseconds
            if length < shortest:
                break
            cost = best[before][0] + _task_cost(length, usual)
            if cost < cheapest:
                cheapest, came_from = cost, before
        best.append((cheapest + step.cost, came_from))
    if best[-1][0] == inf:
        raise ValueError("no way through these points has such lengths")
    return _way_back(steps, best)


def _task_cost(length: int, usual: float) -> float:
    return _TASK_COST + _BALANCE_COST * (length / usual - 1) ** 2


def _way_back(steps: Sequence[CutPoint], best: Sequence[tuple[float, int]]) -> tuple[int, ...]:
    found: list[int] = []
    here = best[-1][1]
    while here > 0:
        found.append(steps[here].at_milliseconds)
        here = best[here][1]
    return tuple(reversed(found))


def clips(
    points: Sequence[CutPoint], total_milliseconds: int, *, shortest: int, longest: int
) -> tuple[Span, ...]:
    """Up to three clips from the beginning, the middle and the end, about as long as may be.

    They begin and end in pauses where there are any, and none is nearly the same as another.
    """
    ends = [CutPoint(0, 0.0), *points, CutPoint(total_milliseconds, 0.0)]
    spans = list(_spans(ends, max(shortest, int(longest * _LEAST_CLIP)), longest))
    found: list[Span] = []
    for centre in (longest / 2, total_milliseconds / 2, total_milliseconds - longest / 2):
        fresh = [(span, cost) for span, cost in spans if _differs(span, found, longest)]
        if fresh:
            found.append(
                min(fresh, key=lambda each: each[1] + _away(each[0], centre, total_milliseconds))[0]
            )
    return tuple(sorted(found))


def _spans(ends: Sequence[CutPoint], shortest: int, longest: int) -> list[tuple[Span, float]]:
    """Every clip between two points, with what it costs."""
    pauses = [point for point in ends if point.in_pause]
    found = _between(pauses, shortest, longest)
    return found or _between(ends, shortest, longest)


def _between(ends: Sequence[CutPoint], shortest: int, longest: int) -> list[tuple[Span, float]]:
    found = []
    for begin, end in product(ends, ends):
        length = end.at_milliseconds - begin.at_milliseconds
        if shortest <= length <= longest:
            cost = begin.cost + end.cost + _SHORTER_COST * (1 - length / longest)
            found.append(((begin.at_milliseconds, end.at_milliseconds), cost))
    return found


def _differs(span: Span, others: Sequence[Span], longest: int) -> bool:
    return all(
        abs(span[0] - other[0]) + abs(span[1] - other[1]) > _LEAST_SHIFT * longest
        for other in others
    )


def _away(span: Span, centre: float, total_milliseconds: int) -> float:
    return _AWAY_COST * abs((span[0] + span[1]) / 2 - centre) / total_milliseconds
