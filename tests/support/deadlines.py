"""How long a test waits before it calls something hung: the only place with such numbers.

A deadline bounds hanging and measures nothing, so it is generous, and it grows with how slow the
machine is found to be.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, TypeVar, overload

DEADLINE_SECONDS = 300.0
"""On a machine with nothing else to do; several times what the bot itself may wait for one thing: a
process that does not start has 60 s."""

LOOK_EVERY_SECONDS = 0.02

_WORK_BYTES = bytes(20_000_000)
_WORK_SECONDS = 0.04
"""What hashing them takes where nobody else wants the processor, generously."""

Found = TypeVar("Found")


@cache
def slowness() -> float:
    """How many times as long as on a quiet machine things take here; at least 1."""
    since = time.perf_counter()
    hashlib.sha256(_WORK_BYTES).digest()
    return max(1.0, (time.perf_counter() - since) / _WORK_SECONDS)


def deadline() -> float:
    """The deadline here, in seconds."""
    return DEADLINE_SECONDS * slowness()


async def in_time(awaited: Awaitable[Found], what: str = "its end", *, steps: int = 1) -> Found:
    """The result; AssertionError when it hangs.

    `steps`: of so many things one after another each may take a deadline.
    """
    seconds = deadline() * steps
    try:
        async with asyncio.timeout(seconds):
            return await awaited
    except TimeoutError:
        raise AssertionError(f"not within {seconds:.0f} s: {what}") from None


@overload
async def eventually(
    look: Callable[[], Awaitable[Found | None]], what: str = ..., *, steps: int = ...
) -> Found: ...


@overload
async def eventually(
    look: Callable[[], Found | None], what: str = ..., *, steps: int = ...
) -> Found: ...


async def eventually(look: Callable[[], Any], what: str = "it holds", *, steps: int = 1) -> Any:
    """What `look` finds, as soon as it finds something; AssertionError when it never does.

    What passes by has to be looked for where it is written down, or it may be missed.
    """
    return await in_time(_found(look), what, steps=steps)


async def _found(look: Callable[[], Any]) -> Any:
    while True:
        seen = look()
        found = await seen if inspect.isawaitable(seen) else seen
        if found:
            return found
        await asyncio.sleep(LOOK_EVERY_SECONDS)
