"""What is checked after every crash: the invariants, read from outside.

The bot's database, the local Telegram's transcript and the local provider's bill are three
witnesses that do not know of each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.crash.world import BUDGET_MICRO_YUAN, QUOTA_MILLISECONDS
from tests.support.chats import text_of
from tests.support.world import World

Json = dict[str, Any]

_GOES_ON = (
    "Looking at your photo",
    "Listening to your voice",
    "Good photo. Now send",
    "Preparing your video",
    "Your video is next",
    "Your video waits",
    "Handing your photo",
    "Making your video",
    "Trying to stop",
    "Your video is ready: ",
)
"""How texts begin that must not be the last word on anything."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a story knows: who, how many updates; what is looked past in the witnesses' words.

    `aside`: a command's message, whose answers are no job's. `foreign`: tasks of another client.
    """

    user_id: int
    updates: int
    aside: int | None = None
    foreign: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Books:
    """Everything the witnesses say."""

    inbox: list[Json]
    halves: list[Json]
    detections: list[Json]
    jobs: list[Json]
    ledger: list[Json]
    tasks: list[Json]
    bill: Json
    submits: list[Json]
    heard: list[Json]
    sent: int
    runs: list[list[str]]
    """The points that each process passed; the last line of one that died is "killed"."""


@dataclass
class Findings:
    """`violations` must be empty; `repeats` are named windows: Telegram allows no better."""

    violations: list[str] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)


async def books_of(world: World, told: Told) -> Books:
    """Ask the three witnesses."""
    answer = await world.http.get(f"/sim/chats/{told.user_id}/messages")
    messages = answer.raise_for_status().json()["messages"]
    tasks = (await world.provider("tasks"))["tasks"]
    return Books(
        world.rows("SELECT * FROM inbox ORDER BY update_id"),
        world.rows("SELECT * FROM media ORDER BY id"),
        world.rows("SELECT * FROM detections ORDER BY id"),
        world.rows("SELECT * FROM jobs ORDER BY id"),
        world.rows("SELECT * FROM ledger ORDER BY id"),
        [task for task in tasks if task["task_id"] not in told.foreign],
        await world.provider("bill"),
        [c for c in (await world.provider("calls"))["calls"] if c["endpoint"] == "submit"],
        [m for m in messages if _is_about_a_job(m, told.aside)],
        told.updates,
        world.runs(),
    )


def _is_about_a_job(message: Json, aside: int | None) -> bool:
    answered = message.get("reply_to_message", {}).get("message_id", 0)
    return message["from"]["is_bot"] and not message["deleted"] and answered != aside


def check(books: Books) -> Findings:
    """Every invariant that does not hold, and what was shown twice."""
    found = Findings()
    for invariant in (_caps, _holds, _slots, _tasks, _paid_after_hold, _bill, _updates):
        found.violations += invariant(books)
    _final_messages(books, found)
    return found


def _caps(books: Books) -> Iterator[str]:
    """I1 at every moment: each beginning of the ledger is a moment."""
    quota: defaultdict[int, int] = defaultdict(int)
    money = sum(row["micro_yuan"] for row in books.detections)
    for row in books.ledger:
        quota[row["user_id"]] += row["held_quota_milliseconds"] + row["spent_quota_milliseconds"]
        money += row["held_micro_yuan"] + row["spent_micro_yuan"]
        if quota[row["user_id"]] > QUOTA_MILLISECONDS or money > BUDGET_MICRO_YUAN:
            yield f"I1 over a cap after entry {row['id']}"
    if any(total < 0 for total in (money, *quota.values())):
        yield "I9 a negative balance"


def _holds(books: Books) -> Iterator[str]:
    """I2, I3: resolved once, for at most what was held or flagged."""
    for job in books.jobs:
        entries = [row for row in books.ledger if row["job_id"] == job["id"]]
        kinds = Counter(row["kind"] for row in entries)
        held = sum(row["held_quota_milliseconds"] for row in entries)
        money = sum(row["held_micro_yuan"] for row in entries)
        if kinds["hold"] != 1 or held or money:
            yield f"I2 job {job['id']}: {dict(kinds)}, {held} ms and {money} micro-yuan still held"
        if max(kinds.values()) > 1 or not kinds["settle"] + kinds["release"]:
            yield f"I2 job {job['id']}: resolved as {dict(kinds)}"
        for row in entries:
            over = row["video_milliseconds"] > job["held_milliseconds"]
            if row["kind"] == "settle" and over and not row["flagged"]:
                yield f"I3 job {job['id']}: settled above its hold, unflagged"


def _slots(books: Books) -> Iterator[str]:
    """I4, as the provider saw it: never two of our tasks at a time."""
    last_end = 0
    for task in books.tasks:
        if task["submitted_milliseconds"] < last_end:
            yield f"I4 task {task['task_id']} was submitted while another one ran"
        last_end = max(last_end, task["ended_milliseconds"] or 0)


def _tasks(books: Books) -> Iterator[str]:
    """I5: one task id, one job, and no task that nobody owns."""
    owners = Counter(job["task_id"] for job in books.jobs if job["task_id"])
    for task_id, count in owners.items():
        if count > 1:
            yield f"I5 task {task_id} has {count} jobs"
    for task in books.tasks:
        if task["task_id"] not in owners:
            yield f"I5 task {task['task_id']} belongs to no job"


def _paid_after_hold(books: Books) -> Iterator[str]:
    """I7: what costs money was booked before."""
    holds = {row["job_id"]: row["at_milliseconds"] for row in books.ledger if row["kind"] == "hold"}
    by_task = {job["task_id"]: job["id"] for job in books.jobs}
    for task in books.tasks:
        held_at = holds.get(by_task.get(task["task_id"]))
        if held_at is None or held_at > task["submitted_milliseconds"]:
            yield f"I7 task {task['task_id']} was submitted without a hold"
    if books.bill["detections"] > len(books.detections):
        yield f"I7 {books.bill['detections']} checks billed, {len(books.detections)} booked"


def _bill(books: Books) -> Iterator[str]:
    """I8: to the millisecond and the micro-yuan."""
    settled = {
        job["task_id"]: (row["video_milliseconds"], row["spent_micro_yuan"])
        for job in books.jobs
        for row in books.ledger
        if row["job_id"] == job["id"] and row["kind"] == "settle"
    }
    billed = {
        video["task_id"]: (video["milliseconds"], video["micro_yuan"])
        for video in books.bill["videos"]
    }
    if settled != billed:
        yield f"I8 billed {billed}, settled {settled}"


def _updates(books: Books) -> Iterator[str]:
    """I10: handed over, kept, handled, each with one effect."""
    states = Counter(row["state"] for row in books.inbox)
    if states != {"done": books.sent}:
        yield f"I10 {books.sent} updates were sent, the inbox has {dict(states)}"
    if len(books.halves) != min(2, books.sent):
        yield f"I10 {len(books.halves)} halves of {books.sent} updates"
    if len(books.jobs) != 1:
        yield f"I10 {len(books.jobs)} jobs"


def _final_messages(books: Books, found: Findings) -> None:
    """I6: one final message each; nothing that says the work still goes on."""
    for job in books.jobs:
        videos = sum("video" in message for message in books.heard)
        wanted = int(job["state"] == "done")
        if videos == wanted + 1 and wanted and open_at_death(books.runs, *_VIDEO):
            found.repeats.append("video twice")
        elif videos != wanted:
            found.violations.append(f"I6 {videos} videos of a job that is {job['state']}")
        if job["state"] in ("failed", "cancelled"):
            endings = sum("othing was charged" in text_of(message) for message in books.heard)
            if endings != 1:
                found.violations.append(f"I6 {endings} final messages of a {job['state']} job")
        if not job["announced"]:
            found.violations.append("I6 an end that was not announced")
    _left_behind(books, found)


def _left_behind(books: Books, found: Findings) -> None:
    """A text that was accepted while its answer died with us cannot be found again."""
    strays = [text_of(m)[:24] for m in books.heard if text_of(m).startswith(_GOES_ON)]
    if not strays:
        return
    if len(strays) > open_at_death(books.runs, *_TEXT):
        found.violations.append(f"I6 left behind: {strays}")
    else:
        found.repeats.append(f"left behind: {strays}")


_VIDEO = ("send-video:before", "delivered-commit:after")
_TEXT = ("send-text:before", "reply-noted-commit:after")
_EDIT, _SAID = "edit-text:before", ("half-said:before", "announced:before")
"""Saying something by an edit is noted as well: its note is not that of a text sent meanwhile."""


def open_at_death(runs: list[list[str]], opening: str, closing: str) -> int:
    """In how many runs the bot died after one point and before another."""
    return sum(_is_open(run, opening, closing) for run in runs if run[-1:] == ["killed"])


def _is_open(run: list[str], opening: str, closing: str) -> bool:
    is_open = is_edited = False
    for line in run:
        point = line.rpartition(":")[0]
        if point == _EDIT and not is_open:
            is_edited = opening == _TEXT[0]
        elif point in _SAID or (point == closing and is_edited):
            is_edited = False
        else:
            is_open = point == opening or (is_open and point != closing)
    return is_open
