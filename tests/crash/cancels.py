"""How a person stops a video: where it is by then, and by what."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal, get_args

from tests.crash.accounts import foreign_task
from tests.crash.world import CrashWorld, within
from tests.system.world import Person, buttons_of

Where = Literal["waiting", "never created", "created", "queued", "rendering"]
By = Literal["button", "command"]

_STATE: dict[Where, str] = {
    "waiting": "ready",
    "never created": "submitting",
    "created": "submitting",
    "queued": "running",
    "rendering": "running",
}
_PATIENCE_SECONDS = 20.0
_LONG_SECONDS = 60.0
_RENDER_SECONDS = 1.0

POINTS = frozenset(
    {"cancel-wished", "engine-cancel", "cancelled", "released", "answer-button", "not-submitted"}
)
"""What is passed because somebody wants a job stopped; their commits belong to them."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """A wish to stop.

    `waiting`: nothing was submitted. `never created`, `created`: the submission's answer is lost,
    and there is no task, or there is one. `queued`: the provider has not begun, so that it can be
    stopped. `rendering`: it cannot, and the video comes.
    """

    where: Where
    by: By

    def __str__(self) -> str:
        return f"{self.where}, {self.by}"

    async def arrange(self, world: CrashWorld) -> frozenset[str]:
        """Make the job stay there for a while; the tasks of another client that this takes."""
        match self.where:
            case "waiting":
                unpaid = {"http": 400, "code": "Arrearage", "message": "Access denied."}
                world.faults.add("provider", "submit", "code", times=None, params=unpaid)
            case "never created" | "created":
                lost = "drop_before" if self.where == "never created" else "drop_after"
                world.faults.add("provider", "submit", lost)
                world.faults.add("provider", "list", "status", params={"code": 503})
                await world.tell_provider(render_seconds=_RENDER_SECONDS)
            case "queued":
                doom = {"after_seconds": _LONG_SECONDS}
                world.faults.add("provider", "submit", "task_fails", params=doom)
                return frozenset({await foreign_task(world)})
            case "rendering":
                await world.tell_provider(render_seconds=_RENDER_SECONDS)
        return frozenset()

    async def wish(self, world: CrashWorld, ada: Person) -> int | None:
        """As soon as the job is there (or has passed by); the message it took."""
        await within(_PATIENCE_SECONDS, lambda: self._is_there(world), every_seconds=0.02)
        if self.by == "command":
            return await ada.send(text="/cancel")
        await within(_PATIENCE_SECONDS, lambda: _press(world, ada), every_seconds=0.02)
        return None

    async def _is_there(self, world: CrashWorld) -> bool:
        passed = ("fetching", "delivering", "done", "failed", "cancelled")
        return any(row["state"] in (_STATE[self.where], *passed) for row in _jobs(world))


async def _press(world: CrashWorld, ada: Person) -> bool:
    """The button where it is to be seen; a slow phone presses it after it has gone."""
    for message in await ada.heard():
        for data in buttons_of(message).values():
            if data.startswith("cancel:"):
                await world.forge_press(ada, message, data)
                return True
    ended = [row for row in _jobs(world) if row["state"] not in _STATE.values()]
    if ended and (heard := await ada.heard()):
        await world.forge_press(ada, heard[-1], f"cancel:{ended[0]['id']}")
    return bool(ended)


def _jobs(world: CrashWorld) -> list[dict[str, object]]:
    try:
        return world.rows("SELECT id, state FROM jobs")
    except sqlite3.Error:  # the bot is only making its database
        return []


ALL = tuple(Cancel(where, by) for where in get_args(Where) for by in get_args(By))
