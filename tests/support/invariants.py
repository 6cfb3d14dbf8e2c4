"""The invariants, read from outside.

The bot's database, the provider's bill and what is to be seen in the chats are three witnesses
that do not know of each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from storage.jobs.ledger import Caps

Row = dict[str, Any]
Changes = list[tuple[str, Any, int]]

_TABLES = {
    name: f"SELECT * FROM {name} ORDER BY {order}"
    for name, order in (
        ("inbox", "update_id"),
        ("media", "id"),
        ("detections", "at_milliseconds"),
        ("jobs", "id"),
        ("tasks", "id"),
        ("earlier_task_ids", "task_id"),
        ("ledger", "id"),
        ("notices", "subject"),
    )
}


@dataclass(frozen=True, slots=True)
class ProviderTask:
    """A task as the provider knows it: when it was asked for and ended, what it costs.

    `job_id` where the provider can know whose it is. `is_told`: whether its bill can be learned.
    """

    task_id: str
    submitted_at_milliseconds: int
    ended_at_milliseconds: int | None = None
    billed_milliseconds: int = 0
    micro_yuan: int | None = None
    job_id: int | None = None
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be seen of a job: its videos and its final texts (None: its chat takes nothing).

    Those that are unsure the bot may show again: it cannot know that they arrived.
    """

    videos: int
    endings: int | None
    unsure_videos: int = 0
    unsure_endings: int = 0


@dataclass(frozen=True)
class Witnesses:
    """Everything they say; `checks` and `media` are counts: of photo checks, of what was sent."""

    tables: Mapping[str, Sequence[Row]]
    tasks: Sequence[ProviderTask]
    checks: int
    shown: Mapping[int, Shown]
    caps: Caps
    media: int

    @cached_property
    def owners(self) -> dict[str, int]:
        """The job of each task that is known."""
        jobs = {task["id"]: task["job_id"] for task in self.tables["tasks"]}
        earlier = {row["task_id"]: jobs[row["for_id"]] for row in self.tables["earlier_task_ids"]}
        now = {task["task_id"]: task["job_id"] for task in self.tables["tasks"] if task["task_id"]}
        return earlier | now

    def settled(self) -> dict[int, Row]:
        """The settling entries of the ledger by job."""
        return {row["job_id"]: row for row in self.tables["ledger"] if row["kind"] == "settle"}


def tables(rows: Callable[[str], list[Row]]) -> dict[str, list[Row]]:
    """All that the bot's database says."""
    return {name: rows(sql) for name, sql in _TABLES.items()}


@dataclass
class Findings:
    """`violations` must be empty; `repeats` were shown twice, and Telegram allows no better."""

    violations: list[str] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)
    facts: Counter[str] = field(default_factory=Counter)

    def check(self, right: object, text: str) -> None:
        """Note what is not as it must be."""
        if not right:
            self.violations.append(text)


def check(witnesses: Witnesses) -> Findings:
    """Every invariant, of a bot that has nothing left to do."""
    found = Findings()
    for invariant in (_holds, _caps, _tasks, _bill, _updates, _final_messages):
        invariant(witnesses, found)
    return found


def _owner(there: Witnesses, task: ProviderTask) -> int:
    """The job of a task; 0 where nobody knows."""
    return task.job_id or there.owners.get(task.task_id, 0)


def _holds(there: Witnesses, found: Findings) -> None:
    """I2: every job has one hold, and it was resolved once."""
    entries_of: defaultdict[int, list[Row]] = defaultdict(list)
    for row in there.tables["ledger"]:
        entries_of[row["job_id"]].append(row)
    for job in there.tables["jobs"]:
        entries = entries_of[job["id"]]
        kinds = Counter(row["kind"] for row in entries)
        held = sum(row["held_quota_milliseconds"] for row in entries)
        money = sum(row["held_micro_yuan"] for row in entries)
        name = f"I2 job {job['id']} ({job['state']})"
        found.facts[f"jobs {job['state']}"] += 1
        found.facts["holds placed"] += kinds["hold"]
        found.facts["holds open"] += bool(held or money)
        # What a settlement gives back is a row of its own, of the same moment.
        moments = {row["at_milliseconds"] for row in entries if row["kind"] != "hold"}
        once = len(moments) == kinds["hold"] == max(kinds["settle"], kinds["release"]) == 1
        found.check(once, f"{name} resolved as {dict(kinds)}")
        found.check(not held and not money, f"{name}: {held} ms, {money} micro-yuan still held")


def _caps(there: Witnesses, found: Findings) -> None:
    """I1 at every moment, I9: the ledger is append-only, so it can be lived through again."""
    caps, sums, peaks = there.caps, Counter[tuple[str, Any]](), Counter[str]()
    limits = {
        "person a day": caps.person_day_milliseconds,
        "person a month": caps.person_month_milliseconds or 10**15,
        "bot a day": caps.bot_day_micro_yuan,
        "bot a month": caps.bot_month_micro_yuan,
    }
    for changes in _moments(there):
        for window, key, change in changes:
            sums[window, key] += change
        for window, key, _ in changes:
            peaks[window] = max(peaks[window], sums[window, key])
    for window, limit in limits.items():
        found.check(peaks[window] <= limit, f"I1 {window}: {peaks[window]} of {limit}")
        found.facts[f"peak of the cap a {window}, ‰"] = peaks[window] * 1000 // limit
    found.check(all(total >= 0 for total in sums.values()), "I9 a negative balance")


def _moments(there: Witnesses) -> Iterator[Changes]:
    """What changed in which window, all of one millisecond together."""
    moments: dict[int, Changes] = {}
    for row in there.tables["ledger"]:
        quota = row["held_quota_milliseconds"] + row["spent_quota_milliseconds"]
        # What a bill has above its hold is flagged and the operator's: no cap can foresee it.
        spent = -row["held_micro_yuan"] if row["flagged"] else row["spent_micro_yuan"]
        changes = moments.setdefault(row["at_milliseconds"], [])
        for window, span in (("day", row["day"]), ("month", row["day"][:7])):
            changes.append((f"person a {window}", (row["user_id"], span), quota))
            changes.append((f"bot a {window}", span, row["held_micro_yuan"] + spent))
    for row in there.tables["detections"]:
        changes = moments.setdefault(row["at_milliseconds"], [])
        changes.append(("bot a day", row["day"], row["micro_yuan"]))
        changes.append(("bot a month", row["day"][:7], row["micro_yuan"]))
    return (moments[at] for at in sorted(moments))


def _tasks(there: Witnesses, found: Findings) -> None:
    """I4, I5, I7: each of the provider's tasks is one of ours, no slot is left, and the hold came
    before.
    """
    named = len(there.tables["earlier_task_ids"])
    named += sum(task["task_id"] is not None for task in there.tables["tasks"])
    found.check(len(there.owners) == named, f"I5 {len(there.owners)} tasks have {named} rows")
    slots = [task["id"] for task in there.tables["tasks"] if task["slot"] is not None]
    found.check(not slots, f"I4 tasks {slots} still have a slot")
    holds = {
        r["job_id"]: r["at_milliseconds"] for r in there.tables["ledger"] if r["kind"] == "hold"
    }
    owners = {task.task_id: _owner(there, task) for task in there.tasks}
    ours = Counter(task["job_id"] for task in there.tables["tasks"])
    failed = {row["task_id"] for row in there.tables["earlier_task_ids"]}
    made = Counter(owner for task_id, owner in owners.items() if task_id not in failed)
    for owner, count in made.items():
        found.check(count <= ours[owner], f"I5 job {owner} of {ours[owner]} tasks has {count}")
    for task in there.tasks:
        free = task.task_id not in failed or not task.billed_milliseconds
        found.check(free, f"I5 task {task.task_id} failed and was billed")
        held_at = holds.get(owners[task.task_id])
        booked = held_at is not None and held_at <= task.submitted_at_milliseconds
        found.check(booked, f"I7 task {task.task_id} was submitted without a hold")
    booked = len(there.tables["detections"])
    found.check(there.checks <= booked, f"I7 {there.checks} checks billed, {booked} booked")


def _bill(there: Witnesses, found: Findings) -> None:
    """I3, I8: what was settled is the bill, and flagged where it is more than was held."""
    settled = there.settled()
    held = {job["id"]: job["held_milliseconds"] for job in there.tables["jobs"]}
    told = {row["subject"] for row in there.tables["notices"]}
    for job_id, tasks in _tasks_of_jobs(there).items():
        entry = settled.pop(job_id, None)
        booked, money = (
            (entry["video_milliseconds"], entry["spent_micro_yuan"]) if entry else (0, 0)
        )
        billed = sum(_billed(there, task, entry) for task in tasks)
        found.facts["provider's bill, ms"] += sum(task.billed_milliseconds for task in tasks)
        found.facts["settled, ms"] += booked
        if entry is None and billed and job_id in _named(told, "lost"):
            found.facts["billed, unsettled, told to the operator"] += 1
            continue
        bills = [task.micro_yuan for task in tasks if task.micro_yuan is not None]
        same = booked == billed and (not bills or money == sum(bills))
        found.check(same, f"I8 job {job_id}: billed {tasks}, booked {booked} ms, {money}")
        if entry is None:
            continue
        if not all(task.is_told for task in tasks):
            # Said once: where the operator's chat failed just then, only the log has it.
            found.facts["bill unknown, told in the log only"] += job_id not in _named(told, "bill")
            found.facts["bill unknown, settled by the hold"] += 1
        above = booked > held[job_id]
        found.check(entry["flagged"] == above, f"I3 job {job_id} is not flagged")
        found.facts["bills above the hold, flagged"] += above
    found.check(not settled, f"I8 settled without a task: {list(settled)}")


def _named(told: set[str], about: str) -> set[int]:
    """The jobs of which, or of whose tasks, the operator was told that."""
    subjects = (subject.partition(":") for subject in told)
    return {int(name.partition(".")[0]) for kind, _, name in subjects if kind == about}


def _billed(there: Witnesses, task: ProviderTask, entry: Row | None) -> int:
    """In milliseconds; what was held stands for a bill that cannot be learned."""
    if entry is None or task.is_told:
        return task.billed_milliseconds
    lengths = {row["task_id"]: row["length_milliseconds"] for row in there.tables["tasks"]}
    return int(lengths[task.task_id])


def _tasks_of_jobs(there: Witnesses) -> dict[int, list[ProviderTask]]:
    """The tasks of each job; what is nobody's is of job 0."""
    found = defaultdict[int, list[ProviderTask]](list)
    for task in there.tasks:
        found[_owner(there, task)].append(task)
    return found


def _updates(there: Witnesses, found: Findings) -> None:
    """I10: each photo and voice handed over is there once, and no update is left."""
    states = Counter(row["state"] for row in there.tables["inbox"])
    found.facts.update({f"updates {state}": count for state, count in states.items()})
    found.check(not states["new"], f"I10 {states['new']} updates are not handled")
    media = found.facts["photos and voices"] = len(there.tables["media"])
    found.check(media == there.media, f"I10 {media} of {there.media} photos and voices")


def _final_messages(there: Witnesses, found: Findings) -> None:
    """I6: one final message each; a second only where the bot cannot know of the first."""
    for job in there.tables["jobs"]:
        name, done = f"I6 job {job['id']} ({job['state']})", job["state"] == "done"
        said = job["announced"] or job["state"] == "undeliverable"
        found.check(said, f"{name}: its end was not announced")
        shown = there.shown[job["id"]]
        found.check(shown.videos or not done, f"{name}: no video is there")
        found.check(shown.videos - shown.unsure_videos <= done, f"{name}: {shown}")
        if job["state"] in ("failed", "cancelled") and shown.endings is None:
            found.facts["ends in chats that were closed"] += 1
        elif job["state"] in ("failed", "cancelled"):
            found.check(shown.endings, f"{name}: its end was not said")
            found.check((shown.endings or 0) - shown.unsure_endings <= 1, f"{name}: {shown}")
        found.facts["videos seen"] += shown.videos
        found.repeats += ["video twice"] * (shown.videos > 1)
        found.repeats += ["end twice"] * ((shown.endings or 0) > 1)
