"""The points at which the bot's process can be killed: every outside effect, commit and move.

A point is a function, named by its module or class; the process dies before it is called or after
it has returned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, cast

Side = Literal["before", "after"]

ANY = "any"
COMMIT = "commit"
"""The commit of a transaction that changed something. It is named by the point that this began
with: `moves.cancel-commit`.
"""
SLOT_TAKEN = "task_moves.take_slot"

_FUNCTIONS = {
    "bot.engines.dashscope:ServiceEngine": "check upload submit recent_tasks query cancel fetch",
    "bot.jobs.join:Joining": "join_results",
    "bot.telegram.files:Files": "download",
    "bot.telegram.receiving:Receiver": "receive",
    "bot.telegram.sender:Sender": "send_text send_photo send_video edit_text edit_into_video"
    " delete_message answer_callback",
    "storage.drafts": "put",
    "storage.due": "postpone",
    "storage.inbox": "store begin_again done",
    "storage.jobs.deliveries": "sending sent",
    "storage.jobs.jobs": "start",
    "storage.jobs.ledger": "hold settle release",
    "storage.jobs.moves": "cancel advance joined delivered set_status_message announced",
    "storage.jobs.task_moves": "set_voice prepared take_slot wait_again prepare_again submitted"
    " rendered fetched fail cancelled",
    "storage.jobs.tasks": "begin",
    "storage.media": "record ready set_reply announced",
    "storage.media_answers": "use_in_parts",
    "storage.outbox": "put begin sending end",
    "storage.people.people": "remember",
    "storage.verdicts": "count_check store",
}


@dataclass(frozen=True, slots=True)
class Point:
    """`owner` is a module, or `module:Class`."""

    name: str
    owner: str
    function: str


POINTS = (
    Point(COMMIT, "storage.db.database:Database", "_commit"),
    *(
        Point(f"{re.split('[.:]', owner)[-1]}.{function}", owner, function)
        for owner, functions in _FUNCTIONS.items()
        for function in functions.split()
    ),
)
_NAMES = frozenset(point.name for point in POINTS)


def never_passed(passed: Iterable[set[str]]) -> set[str]:
    """The points that are in none of these sets of what was passed."""
    return set(_NAMES.difference(*passed))


@dataclass(frozen=True, slots=True)
class Crash:
    """Where a process is to die: at the n-th passing (from 1) of a side of a point, or commit."""

    point: str
    side: Side
    passing: int = 1

    def __post_init__(self) -> None:
        assert self.point.removesuffix(f"-{COMMIT}") in {ANY, *_NAMES}, f"no point {self.point}"

    def __str__(self) -> str:
        return f"{self.point}:{self.side}:{self.passing}"


def crash_of(text: str) -> Crash:
    """The opposite of `str`."""
    point, side, passing = text.split(":")
    return Crash(point, cast(Side, side), int(passing))
