"""Kills the process of the bot at a named point.

- CRASH_AT: where it kills itself with SIGKILL, such as `ServiceEngine.submit:after:1`;
- CRASH_TRACE: a file that gets a line for every point as it is passed.
"""

from __future__ import annotations

import functools
import importlib
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from tests.crash.points import ANY, COMMIT, POINTS, SLOT_TAKEN, Point, Side

_changing: ContextVar[str] = ContextVar("changing", default="")
"""The first storage point that this task passed in the transaction under way."""


class Reaper:
    """Counts passings and kills this process at the one that was asked for."""

    def __init__(self, crash: str | None, trace: str | None) -> None:
        self._crash = crash
        self._passings: Counter[str] = Counter()
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if trace else None

    def passes(self, point: str, side: Side) -> None:
        """A point is passed; this may be the end."""
        here, anywhere = f"{point}:{side}", f"{ANY}:{side}"
        self._passings.update((here, anywhere))
        self._write(f"{here}:{self._passings[here]}")
        if self._crash in [f"{name}:{self._passings[name]}" for name in (here, anywhere)]:
            self._write("killed")
            os.kill(os.getpid(), signal.SIGKILL)

    def _write(self, line: str) -> None:
        if self._trace is not None:
            os.write(self._trace, f"{line}\n".encode())


def reap(crash: str | None, trace: str | None) -> None:
    """Make this process die there, and write down what it passes."""
    if not crash and not trace:
        return
    reaper = Reaper(crash, trace)
    for point in POINTS:
        module, _, kind = point.owner.partition(":")
        owner: Any = importlib.import_module(module)
        owner = getattr(owner, kind) if kind else owner
        wrap = _wrapped_commit if point.name == COMMIT else _wrapped
        setattr(owner, point.function, wrap(getattr(owner, point.function), point, reaper))


def _wrapped(
    function: Callable[..., Awaitable[Any]], point: Point, reaper: Reaper
) -> Callable[..., Awaitable[Any]]:
    def passes(side: Side) -> None:
        reaper.passes(point.name, side)
        if point.owner.startswith("storage.") and not _changing.get():
            _changing.set(point.name)

    @functools.wraps(function)
    async def passing(*args: Any, **named: Any) -> Any:
        passes("before")
        result = await function(*args, **named)
        reaper.passes(point.name, "after")
        return result

    @functools.wraps(function)
    async def seeking(*args: Any, **named: Any) -> Any:
        # Slots are looked for all the time: only one that was found is a point.
        if (result := await function(*args, **named)) is not None:
            passes("after")
        return result

    return seeking if point.name == SLOT_TAKEN else passing


def _wrapped_commit(
    function: Callable[..., Awaitable[Any]], point: Point, reaper: Reaper
) -> Callable[..., Awaitable[Any]]:
    seen: dict[int, int] = {}

    @functools.wraps(function)
    async def passing(database: Any) -> None:
        changes, first = database.writer.total_changes, _changing.get()
        changed = first or changes != seen.get(id(database), changes)
        seen[id(database)] = changes
        _changing.set("")
        name = f"{first}-{COMMIT}" if first else point.name
        if changed:
            reaper.passes(name, "before")
        await function(database)
        if changed:
            reaper.passes(name, "after")

    return passing
