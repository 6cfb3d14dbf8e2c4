"""The real bot (`python -m bot run`), made mortal: `python -m tests.crash.child`.

Settings of its own, all optional:

- CRASH_AT: where it kills itself with SIGKILL, such as `submit:after:1`;
- CRASH_TRACE: a file that gets a line for every point as it is passed;
- CRASH_SETTLED_SECONDS: how long a submission is looked for before it counts as never made;
- CRASH_FORGOTTEN_SECONDS: after how long it can no longer be looked up;
- CRASH_SUBMIT_SECONDS: how long the call itself may take;
- CRASH_CLOCK_SECONDS: how far this machine's clock is ahead;
- CRASH_PLAIN: decode in this process and do not pace messages, for many worlds at a time.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from tests.crash.points import ANY, COMMIT, POINTS, SLOT_TAKEN, Crash, Point, commit_of, crash_of

_changing: ContextVar[str] = ContextVar("changing", default="")
"""The first storage point that this task passed in the transaction under way."""

_LOOK_AGAIN_MILLISECONDS = 300


class Reaper:
    """Counts passings and kills this process at the one that was asked for."""

    def __init__(self, crash: Crash | None, trace: str | None) -> None:
        self._crash = crash
        self._passings: Counter[tuple[str, str]] = Counter()
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if trace else None

    def passes(self, point: str, side: str) -> None:
        """A point is passed; this may be the end."""
        for name in (point, ANY):
            self._passings[name, side] += 1
        self._write(f"{point}:{side}:{self._passings[point, side]}")
        if self._crash is not None and self._is_due(self._crash, point, side):
            self._write("killed")
            os.kill(os.getpid(), signal.SIGKILL)

    def _is_due(self, crash: Crash, point: str, side: str) -> bool:
        return (
            crash.point in (point, ANY)
            and crash.side == side
            and crash.passing == self._passings[crash.point, side]
        )

    def _write(self, line: str) -> None:
        if self._trace is not None:
            os.write(self._trace, f"{line}\n".encode())


def main() -> None:
    """Wrap the points, shorten the waits, run the bot."""
    crash, trace = os.environ.get("CRASH_AT"), os.environ.get("CRASH_TRACE")
    wrap_all(Reaper(crash_of(crash) if crash else None, trace))
    _hurry()
    _set_clock(float(os.environ.get("CRASH_CLOCK_SECONDS", "0")))
    if os.environ.get("CRASH_PLAIN"):
        _make_plain()
    from bot.__main__ import main as command_line

    command_line(["run"], prog_name="talking-photo")


def wrap_all(reaper: Reaper) -> None:
    """Replace each point's function by one that reports to the reaper."""
    for point in POINTS:
        module, _, kind = point.owner.partition(":")
        owner: Any = importlib.import_module(module)
        owner = getattr(owner, kind) if kind else owner
        wrap = _wrapped_commit if point.name == COMMIT else _wrapped
        setattr(owner, point.function, wrap(getattr(owner, point.function), point, reaper))


def _wrapped(
    function: Callable[..., Awaitable[Any]], point: Point, reaper: Reaper
) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def passing(*args: Any, **named: Any) -> Any:
        # Slots are looked for all the time: only one that was found is a point.
        if point.name != SLOT_TAKEN:
            reaper.passes(point.name, "before")
            _begin_to_change(point)
        result = await function(*args, **named)
        if point.name == SLOT_TAKEN and result is not None:
            _begin_to_change(point)
        if point.name != SLOT_TAKEN or result is not None:
            reaper.passes(point.name, "after")
        return result

    return passing


def _begin_to_change(point: Point) -> None:
    if point.owner.startswith("storage.") and not _changing.get():
        _changing.set(point.name)


def _wrapped_commit(
    function: Callable[..., Awaitable[Any]], point: Point, reaper: Reaper
) -> Callable[..., Awaitable[Any]]:
    seen: dict[int, int] = {}

    @functools.wraps(function)
    async def passing(database: Any) -> None:
        changes = database._writer.total_changes
        changed = bool(_changing.get()) or changes != seen.get(id(database), changes)
        seen[id(database)] = changes
        first, name = _changing.get(), point.name
        if first:
            name = commit_of(first)
            _changing.set("")
        if changed:
            reaper.passes(name, "before")
        await function(database)
        if changed:
            reaper.passes(name, "after")

    return passing


def _set_clock(ahead_seconds: float) -> None:
    """As if the machine's clock were wrong; what really passes is not changed by that."""
    clock: Any = importlib.import_module("bot.clock").SystemClock
    right = clock.now_milliseconds
    ahead = round(ahead_seconds * 1000)
    _set(clock, "now_milliseconds", lambda self: right(self) + ahead)


def _hurry() -> None:
    """Shorten waits that are constants of the bot."""
    submission = importlib.import_module("bot.pipeline.submission")
    if seconds := os.environ.get("CRASH_SETTLED_SECONDS"):
        _set(submission, "SETTLED_AFTER_MILLISECONDS", int(float(seconds) * 1000))
        _set(submission, "_LOOK_AGAIN_MILLISECONDS", _LOOK_AGAIN_MILLISECONDS)
        _set(submission, "_UNSENT_MILLISECONDS", _LOOK_AGAIN_MILLISECONDS)
    if seconds := os.environ.get("CRASH_FORGOTTEN_SECONDS"):
        _set(submission, "FORGOTTEN_AFTER_MILLISECONDS", int(float(seconds) * 1000))
        _set(submission, "_ASK_AGAIN_MILLISECONDS", _LOOK_AGAIN_MILLISECONDS)
    if seconds := os.environ.get("CRASH_SUBMIT_SECONDS"):
        timeouts = importlib.import_module("bot.dashscope.timeouts")
        limit = timeouts.Timeout(1.0, float(seconds), float(seconds))
        client = importlib.import_module("bot.dashscope.client")
        _set(client, "Timeouts", lambda: timeouts.Timeouts(submit=limit))


def _set(module: ModuleType | type, name: str, value: object) -> None:
    """Replace what is there: a name that is gone would change nothing."""
    assert hasattr(module, name), f"{module.__name__} has no {name} any more"
    setattr(module, name, value)


def _make_plain() -> None:
    app, pace = importlib.import_module("bot.app"), importlib.import_module("bot.telegram.pace")
    fast = pace.Limits(pace.Limit(1000, 1.0), pace.Limit(1000, 1.0), pace.Limit(1000, 1.0))
    _set(app, "MediaWorker", _HereWorker)
    _set(pace, "Limits", lambda: fast)


class _HereWorker:
    """`MediaWorker` without a process of its own."""

    def __init__(self, *limits: object) -> None:
        del limits

    async def __aenter__(self) -> _HereWorker:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    async def normalise_sound(
        self, data: bytes, *, limit_milliseconds: int | None = None, levelled: bool = True
    ) -> Any:
        from bot.media.sound import normalise_sound

        return await asyncio.to_thread(
            normalise_sound, data, limit_milliseconds=limit_milliseconds, levelled=levelled
        )

    async def normalise_picture(self, data: bytes) -> Any:
        from bot.media.picture import normalise_picture

        return await asyncio.to_thread(normalise_picture, data)

    async def normalise_part(self, data: bytes, crop: tuple[int, int, int, int]) -> Any:
        from bot.media.picture import normalise_part

        return await asyncio.to_thread(normalise_part, data, crop)

    async def explain_picture(self, data: bytes) -> Any:
        from bot.media.explaining import explain_picture

        return await asyncio.to_thread(explain_picture, data)

    async def run(self, function: Callable[..., Any], *args: object) -> Any:
        return await asyncio.to_thread(function, *args)


if __name__ == "__main__":
    main()
