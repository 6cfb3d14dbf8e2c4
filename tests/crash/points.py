"""The named points: every outside effect, every commit and every move of the bot.

A point is a function; the process can be killed before it is called or after it has returned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Side = Literal["before", "after"]

ANY = "any"
COMMIT = "commit"
"""The commit of a transaction that changed something; see `commit_of`."""
SLOT_TAKEN = "slot-taken"


@dataclass(frozen=True, slots=True)
class Point:
    """`owner` is a module, or `module:Class`; `name` is what it is called here and in the table."""

    name: str
    owner: str
    function: str


POINTS = (
    Point(COMMIT, "storage.db.database:Database", "_commit"),
    Point("update-stored", "storage.inbox:Inbox", "store"),
    Point("update-begun-again", "storage.inbox:Inbox", "begin_again"),
    Point("update-done", "storage.inbox:Inbox", "done"),
    Point("person-remembered", "storage.people.people", "remember"),
    Point("media-recorded", "storage.media", "record"),
    Point("draft-saved", "storage.drafts", "put"),
    Point("download", "bot.telegram.files:Files", "download"),
    Point("check-counted", "storage.verdicts", "count_check"),
    Point("engine-check", "bot.engines.dashscope:ServiceEngine", "check"),
    Point("verdict-stored", "storage.verdicts", "store"),
    Point("engine-upload", "bot.engines.dashscope:ServiceEngine", "upload"),
    Point("media-ready", "storage.media", "ready"),
    Point("reply-noted", "storage.media", "set_reply"),
    Point("media-announced", "storage.media", "announced"),
    Point("answered-in-parts", "storage.media_answers", "use_in_parts"),
    Point("job-started", "storage.jobs.jobs", "start"),
    Point("tasks-started", "storage.jobs.tasks", "begin"),
    Point("hold-placed", "storage.jobs.ledger", "hold"),
    Point("cut-stored", "storage.jobs.task_moves", "set_voice"),
    Point("task-prepared", "storage.jobs.task_moves", "prepared"),
    Point(SLOT_TAKEN, "storage.jobs.task_moves", "take_slot"),
    Point("submit", "bot.engines.dashscope:ServiceEngine", "submit"),
    Point("list", "bot.engines.dashscope:ServiceEngine", "recent_tasks"),
    Point("waits-again", "storage.jobs.task_moves", "wait_again"),
    Point("prepared-again", "storage.jobs.task_moves", "prepare_again"),
    Point("task-stored", "storage.jobs.task_moves", "submitted"),
    Point("query", "bot.engines.dashscope:ServiceEngine", "query"),
    Point("postponed", "storage.jobs.task_moves", "postpone"),
    Point("cancel-wished", "storage.jobs.moves", "cancel"),
    Point("engine-cancel", "bot.engines.dashscope:ServiceEngine", "cancel"),
    Point("rendered", "storage.jobs.task_moves", "rendered"),
    Point("fetch", "bot.engines.dashscope:ServiceEngine", "fetch"),
    Point("fetched", "storage.jobs.task_moves", "fetched"),
    Point("followed", "storage.jobs.moves", "advance"),
    Point("join", "bot.jobs.join:Joining", "join_results"),
    Point("joined", "storage.jobs.moves", "joined"),
    Point("sending-recorded", "storage.jobs.deliveries", "sending"),
    Point("send-video", "bot.telegram.sender:Sender", "send_video"),
    Point("edit-into-video", "bot.telegram.sender:Sender", "edit_into_video"),
    Point("sent-recorded", "storage.jobs.deliveries", "sent"),
    Point("delivered", "storage.jobs.moves", "delivered"),
    Point("failed", "storage.jobs.task_moves", "fail"),
    Point("cancelled", "storage.jobs.task_moves", "cancelled"),
    Point("settled", "storage.jobs.ledger", "settle"),
    Point("released", "storage.jobs.ledger", "release"),
    Point("status-noted", "storage.jobs.moves", "set_status_message"),
    Point("announced", "storage.jobs.moves", "announced"),
    Point("send-text", "bot.telegram.sender:Sender", "send_text"),
    Point("edit-text", "bot.telegram.sender:Sender", "edit_text"),
    Point("delete", "bot.telegram.sender:Sender", "delete_message"),
    Point("outbox-put", "storage.outbox", "put"),
    Point("outbox-begun", "storage.outbox", "begin"),
    Point("outbox-sending", "storage.outbox", "sending"),
    Point("send-photo", "bot.telegram.sender:Sender", "send_photo"),
    Point("outbox-ended", "storage.outbox", "end"),
    Point("answer-button", "bot.telegram.sender:Sender", "answer_callback"),
)


def never_passed(passed: Iterable[set[str]]) -> set[str]:
    """The points that are in none of these sets of what was passed."""
    return {point.name for point in POINTS}.difference(*passed)


def commit_of(point: str) -> str:
    """What the commit of the transaction that this point began with is called."""
    return f"{point}-{COMMIT}"


@dataclass(frozen=True, slots=True)
class Crash:
    """Where a process is to die: at the n-th passing (from 1) of a side of a point."""

    point: str
    side: Side
    passing: int = 1

    def __str__(self) -> str:
        return f"{self.point}:{self.side}:{self.passing}"


def crash_of(text: str) -> Crash:
    """The opposite of `str`; raises ValueError for anything else."""
    point, side, passing = text.split(":")
    known = {ANY, *(p.name for p in POINTS), *(commit_of(p.name) for p in POINTS)}
    if side not in ("before", "after") or point not in known:
        raise ValueError(f"no such point: {text}")
    return Crash(point, "before" if side == "before" else "after", int(passing))
