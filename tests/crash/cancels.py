"""How a person stops a video: where it is by then, and by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import httpx

from storage.jobs.jobs import FINAL
from tests.sandbox_dashscope.conftest import Caller
from tests.support.deadlines import deadline, eventually
from tests.support.person import Person
from tests.support.world import HELD_SECONDS, QUICK_SECONDS, World

Where = Literal["waiting", "never created", "created", "queued", "rendering", "between tasks"]
By = Literal["button", "command"]

_STATE: dict[Where, str] = {
    "waiting": "ready",
    "never created": "submitting",
    "created": "submitting",
    "queued": "running",
    "rendering": "running",
    "between tasks": "fetched",
}
_BETWEEN_SECONDS = 2.0

POINTS = frozenset(
    {
        *("moves.cancel", "moves.set_status_message", "ServiceEngine.cancel", "ledger.release"),
        *("task_moves.cancelled", "task_moves.wait_again", "Sender.answer_callback"),
    }
)
"""What is passed because somebody wants a job stopped; their commits belong to them."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """A wish to stop.

    `waiting`: nothing was submitted. `never created`, `created`: the submission's answer is lost,
    and there is no task, or there is one. `queued`: the provider has not begun, so that it can be
    stopped. `rendering`: it cannot, and the video comes. `between tasks`: one task of a long
    voice is done, and another one runs. What is rendered ends only when the wish was heard.
    """

    where: Where
    by: By

    def __str__(self) -> str:
        return f"{self.where}, {self.by}"

    async def arrange(self, world: World) -> frozenset[str]:
        """Make the job stay there for a while; the tasks of another client that this takes."""
        match self.where:
            case "waiting":
                unpaid = {"http": 400, "code": "Arrearage", "message": "Access denied."}
                world.faults.add("provider", "submit", "code", times=None, params=unpaid)
            case "never created" | "created":
                lost = "drop_before" if self.where == "never created" else "drop_after"
                world.faults.add("provider", "submit", lost)
                world.faults.add("provider", "list", "status", params={"code": 503})
            case "queued":
                never = {"after_seconds": HELD_SECONDS}
                world.faults.add("provider", "submit", "task_fails", params=never)
                return frozenset({await foreign_task(world)})
        await world.tell_provider(render_seconds=HELD_SECONDS)
        return frozenset()

    async def wish(self, world: World, ada: Person) -> int | None:
        """As soon as the job is there, or has passed by; the message it took.

        A bot that dies before its first status may never have shown a button; where another task
        fails first, what is rendered may be dropped before it is fetched.
        """
        if self.where == "between tasks":
            await self._one_task_ends(world)
        await eventually(lambda: self._was_there(world), f"a job that was {self}, or is over")
        by_button = self.by == "button"
        if by_button and await ada.presses_blindly("cancel:", unless=lambda: _is_over(world)):
            return None
        return await ada.writes("/cancel")

    async def let_go(self, world: World, updates: int) -> None:
        """Once the wish was heard, so that it is never too late: what is rendered ends."""
        await eventually(lambda: _handled(world) == updates, "the wish was heard")
        await world.tell_provider(render_seconds=QUICK_SECONDS)

    async def _one_task_ends(self, world: World) -> None:
        """The next one takes long again: it is told so while that one is only begun. A job whose
        task fails is over before.
        """
        await eventually(lambda: any(row["task_id"] for row in world.jobs()), "a first task")
        await world.tell_provider(render_seconds=_BETWEEN_SECONDS)
        await eventually(
            lambda: world.sandbox.bill()["videos"] or _is_over(world), "a first video, or its end"
        )
        await world.tell_provider(render_seconds=HELD_SECONDS)

    def _was_there(self, world: World) -> bool:
        there = any(row["state"] == _STATE[self.where] for row in world.jobs())
        return there or _is_over(world)


def _handled(world: World) -> int:
    return len(world.rows("SELECT 1 FROM inbox WHERE state = 'done'"))


def _is_over(world: World) -> bool:
    return any(row["state"] in FINAL for row in world.jobs())


ALL = tuple(Cancel(where, by) for where in get_args(Where) for by in get_args(By))


async def foreign_task(world: World) -> str:
    """Another client of the same account orders a video; its task's id."""
    service = world.settings["DASHSCOPE_BASE_URL"].removesuffix("/api/v1")
    async with httpx.AsyncClient(base_url=service, timeout=deadline()) as http:
        files = {"image_url": "https://a/b.jpg", "audio_url": "https://a/b.wav"}
        return await Caller(http).submitted(**files)
