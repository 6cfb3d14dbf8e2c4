"""The invariants of a bot that has nothing left to do, read from outside.

The bot's database, the provider's bill and what is to be seen in the chats are three witnesses
that do not know of each other. What the schema itself holds is not read here once more.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from storage.jobs.failures import SERVICE_FAULTS
from storage.jobs.ledger import Caps

Row = dict[str, Any]
Changes = list[tuple[str, Any, int]]

LEFT = """
    SELECT 'job' AS kind, id, state, failure AS detail FROM jobs
    WHERE ended_at_milliseconds IS NULL OR (announced = 0 AND state <> 'undeliverable')
    UNION ALL SELECT 'media', id, state, fault FROM media WHERE state = 'received' OR announced = 0
    UNION ALL SELECT 'update', update_id, state, error FROM inbox WHERE state = 'new'
    UNION ALL SELECT 'outbox', id, state, kind FROM outbox WHERE state = 'open'
"""
"""What is left to do."""

_TABLES = ("inbox", "media", "detections", "jobs", "tasks", "earlier_task_ids", "ledger", "notices")


@dataclass(frozen=True, slots=True)
class ProviderTask:
    """A task as the provider knows it: when it was asked for and ended, what it costs.

    `is_told`: whether its bill can be learned.
    """

    task_id: str
    submitted_at_milliseconds: int
    ended_at_milliseconds: int | None
    billed_milliseconds: int
    micro_yuan: int
    is_told: bool


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
    """Everything they say; `checks` and `media` are counts: of photo checks, of what was sent.

    The videos of the jobs that are `withdrawn` must not be shown.
    """

    tables: Mapping[str, Sequence[Row]]
    tasks: Sequence[ProviderTask]
    checks: int
    shown: Mapping[int, Shown]
    caps: Caps
    media: int
    withdrawn: Collection[int] = ()

    @cached_property
    def owners(self) -> Counter[str]:
        """The job of each task, the first that used it; 0 of those that nobody knows."""
        made = self.tables["tasks"][::-1]
        jobs = {task["id"]: task["job_id"] for task in made}
        earlier = {row["task_id"]: jobs[row["for_id"]] for row in self.tables["earlier_task_ids"]}
        return Counter(earlier | {task["task_id"]: task["job_id"] for task in made})


def provider_tasks(
    times: Mapping[str, tuple[int, int | None]], bill: Row, untold: Collection[str] = ()
) -> list[ProviderTask]:
    """Those that were asked for and ended at these times, with what is billed for them."""
    billed = {
        video["task_id"]: (video["milliseconds"], video["micro_yuan"]) for video in bill["videos"]
    }
    return [
        ProviderTask(task_id, *of_it, *billed.get(task_id, (0, 0)), task_id not in untold)
        for task_id, of_it in times.items()
    ]


def tables(rows: Callable[[str], list[Row]]) -> dict[str, list[Row]]:
    """All that the bot's database says."""
    return {name: rows(f"SELECT * FROM {name} ORDER BY 1") for name in _TABLES}


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
    """Every invariant."""
    found = Findings()
    for invariant in (_caps, _tasks, _bill, _accounts, _final_messages):
        invariant(witnesses, found)
    count = len(witnesses.tables["media"])
    found.check(count == witnesses.media, f"I10 {count} of {witnesses.media} photos and voices")
    return found


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
    """I5, I7: each of the provider's tasks and checks is one of ours, booked before; what failed
    and was submitted again is free.
    """
    failed = {row["task_id"] for row in there.tables["earlier_task_ids"]}
    made = [task for task in there.tasks if task.task_id not in failed]
    billed = sum(task.billed_milliseconds for task in there.tasks if task not in made)
    found.check(not billed, f"I5 {billed} ms were billed for tasks that failed")
    ours = Counter(task["job_id"] for task in there.tables["tasks"])
    for owner, count in Counter(there.owners[task.task_id] for task in made).items():
        found.check(count <= ours[owner], f"I5 job {owner} of {ours[owner]} tasks has {count}")
    booked = len(there.tables["detections"])
    found.check(there.checks <= booked, f"I7 {there.checks} checks billed, {booked} booked")


def _bill(there: Witnesses, found: Findings) -> None:
    """I3, I8: what was settled is the bill, and flagged where it is more than was held."""
    settled = {row["job_id"]: row for row in there.tables["ledger"] if row["kind"] == "settle"}
    tasks_of = defaultdict[int, list[ProviderTask]](list)
    for task in there.tasks:
        tasks_of[there.owners[task.task_id]].append(task)
    held = {job["id"]: job["held_milliseconds"] for job in there.tables["jobs"]}
    told = {row["subject"] for row in there.tables["notices"]}
    for job_id, tasks in tasks_of.items():
        entry = settled.pop(job_id, None)
        booked, money = (
            (entry["video_milliseconds"], entry["spent_micro_yuan"]) if entry else (0, 0)
        )
        billed = sum(task.billed_milliseconds for task in tasks)
        if entry is None and billed and job_id in _named(told, "lost"):
            found.facts["billed, unsettled, told to the operator"] += 1
            continue
        all_told = all(task.is_told for task in tasks)
        same = booked in (billed, sum(_billed(there, task, entry) for task in tasks))
        same = same and (not all_told or money == sum(task.micro_yuan for task in tasks))
        found.check(same, f"I8 job {job_id}: billed {tasks}, booked {booked} ms, {money}")
        if entry is None:
            continue
        if not all_told:
            # Said once: where the operator's chat failed just then, only the log has it.
            found.facts["bill unknown, told in the log only"] += job_id not in _named(told, "bill")
            found.facts["bill unknown, settled by the hold"] += 1
        above = booked > held[job_id]
        found.check(entry["flagged"] == above, f"I3 job {job_id} is not flagged")
        found.facts["bills above the hold, flagged"] += above
    found.check(not settled, f"I8 settled without a task: {list(settled)}")


def _accounts(there: Witnesses, found: Findings) -> None:
    """I11: what was rendered counts for whoever had it made, whoever stopped it, and nobody had
    more a day than their quota; the operator bears the service's faults, and bills above the hold.
    """
    made, rendered = {job["id"]: job for job in there.tables["jobs"]}, Counter[tuple[int, str]]()
    for row in there.tables["ledger"]:
        job = made[row["job_id"]]
        if row["kind"] == "settle" and job["failure"] not in SERVICE_FAULTS:
            length = min(row["video_milliseconds"], job["held_milliseconds"])
            quota = -(-length * job["quota_weight_permille"] // 1000)
            rendered[row["user_id"], row["day"]] += quota
            spent = row["spent_quota_milliseconds"]
            found.check(spent == quota, f"I11 job {job['id']}: {spent} of {quota} ms count")
    most = max(rendered.values(), default=0)
    found.check(most <= there.caps.person_day_milliseconds, f"I11 {most} ms rendered for one a day")


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


def _final_messages(there: Witnesses, found: Findings) -> None:
    """I6: one final message each; a second only where the bot cannot know of the first."""
    for job in there.tables["jobs"]:
        name, done = f"I6 job {job['id']} ({job['state']})", job["state"] == "done"
        found.facts[f"jobs {job['state']}"] += 1
        shown = there.shown[job["id"]]
        withdrawn = job["id"] in there.withdrawn
        found.facts["videos withdrawn"] += withdrawn
        found.check(shown.videos or withdrawn or not done, f"{name}: no video is there")
        found.check(shown.videos - shown.unsure_videos <= done, f"{name}: {shown}")
        if job["state"] in ("failed", "cancelled") and shown.endings is None:
            found.facts["ends in chats that were closed"] += 1
        elif job["state"] in ("failed", "cancelled"):
            found.check(shown.endings, f"{name}: its end was not said")
            found.check((shown.endings or 0) - shown.unsure_endings <= 1, f"{name}: {shown}")
        found.repeats += ["video twice"] * (shown.videos > 1)
        found.repeats += ["end twice"] * ((shown.endings or 0) > 1)
