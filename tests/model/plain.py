"""The plain model: queue and ledger as lists and sums, without a database and without haste."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

from storage.jobs.failures import SERVICE_FAULTS, UNKNOWN_BILLS
from storage.jobs.ledger import Caps, Price, day_of

JOB_ENDED = ("done", "failed", "cancelled", "undeliverable")
ENDED = ("fetched", "dropped", "failed", "cancelled")
WAITING = ("preparing", "ready")


def cost_of(price: Price, milliseconds: int) -> tuple[int, int]:
    """Quota milliseconds and micro-yuan of so much video, each rounded up."""
    return (
        math.ceil(Fraction(milliseconds * price.quota_weight_permille, 1000)),
        math.ceil(Fraction(milliseconds * price.micro_yuan_per_second, 1000)),
    )


class Refused(Exception):
    """The model would not accept this order; the text is the gate's rule."""


@dataclass
class PlainTask:
    """One rendering; what it costs is its job's."""

    number: int
    job: int
    length: int
    turn: int
    state: str = "preparing"
    slot: int | None = None
    served: bool = False
    not_before: int = 0
    billed: int | None = None
    failure: str | None = None
    name: str | None = None
    earlier: list[str] = field(default_factory=list)
    cancel_requested: int = 0


@dataclass
class PlainJob:
    """One job; what it holds and costs are plain numbers."""

    number: int
    user_id: int
    price: Price
    length: int
    day: str
    state: str = "making"
    billed: int | None = None
    cancel_requested: int = 0
    quota: int = 0
    money: int = 0
    failure: str | None = None
    tasks: list[PlainTask] = field(default_factory=list)


@dataclass
class PlainBook:
    """Everything the storage promises of jobs and money, said in the simplest way."""

    caps: Caps
    slots: int
    most_waiting: int
    jobs: list[PlainJob] = field(default_factory=list)

    @property
    def tasks(self) -> list[PlainTask]:
        """All of them, the oldest first."""
        return [task for job in self.jobs for task in job.tasks]

    def start(self, user_id: int, lengths: tuple[int, ...], price: Price, now: int) -> PlainJob:
        """A new job with its hold and a task for each length, or Refused; in this order."""
        length = sum(lengths)
        (quota, money), day = cost_of(price, length), day_of(now, self.caps.zone)
        mine = [job for job in self.jobs if job.user_id == user_id]
        waiting = [job for job in mine if any(task.state in WAITING for task in job.tasks)]
        if len(waiting) >= self.most_waiting:
            raise Refused("waiting")
        if quota > self.quota_left(user_id, now):
            raise Refused("quota")
        today = sum(job.money for job in self.jobs if job.day == day)
        month = sum(job.money for job in self.jobs if job.day[:7] == day[:7])
        left = self.caps.bot_day_micro_yuan - today, self.caps.bot_month_micro_yuan - month
        if money > min(left):
            raise Refused("budget")
        turn = max(
            max((task.turn for task in self.tasks if task.served), default=0),
            max((task.turn + 1 for job in mine for task in job.tasks), default=0),
        )
        job = PlainJob(len(self.jobs) + 1, user_id, price, length, day)
        job.quota, job.money = quota, money
        first = len(self.tasks) + 1
        job.tasks = [
            PlainTask(first + count, job.number, each, turn + count)
            for count, each in enumerate(lengths)
        ]
        self.jobs.append(job)
        return job

    def quota_left(self, user_id: int, now: int) -> int:
        """What the person may still have made, by the window that leaves less."""
        day = day_of(now, self.caps.zone)
        mine = [job for job in self.jobs if job.user_id == user_id]
        left = self.caps.person_day_milliseconds - sum(job.quota for job in mine if job.day == day)
        if self.caps.person_month_milliseconds is not None:
            of_month = sum(job.quota for job in mine if job.day[:7] == day[:7])
            left = min(left, self.caps.person_month_milliseconds - of_month)
        return max(0, left)

    def take_slot(self, now: int) -> PlainTask | None:
        """The next in turn, when a slot is free."""
        taken = {task.slot for task in self.tasks if task.state in ("submitting", "running")}
        free = [slot for slot in range(self.slots) if slot not in taken]
        due = [task for task in self.tasks if task.state == "ready" and task.not_before <= now]
        if not free or not due:
            return None
        task = min(due, key=lambda each: (each.turn, each.number))
        task.state, task.slot, task.served = "submitting", free[0], True
        return task

    def back(self, task: PlainTask, state: str, not_before: int) -> None:
        """The provider has no task, or has one that failed: as if it had never been taken."""
        task.earlier += [task.name] if task.name else []
        task.name = task.slot = None
        task.state, task.served, task.not_before = state, False, not_before
        self.follow(self.jobs[task.job - 1])

    def end_task(self, task: PlainTask, state: str) -> None:
        """One of the last states, and what that means for its job."""
        task.state, task.slot = state, None
        self.follow(self.jobs[task.job - 1])

    def fail_task(self, task: PlainTask, failure: str) -> None:
        """A bill that nobody knows is taken to be the hold."""
        if failure in UNKNOWN_BILLS and task.state in ("submitting", "running"):
            task.billed = task.length
        task.failure = failure
        self.end_task(task, "failed")

    def end(self, job: PlainJob, state: str, *, person_pays: bool) -> None:
        """The hold becomes what it cost: the person's quota, at most the hold, and real money."""
        quota, money = cost_of(job.price, job.billed or 0)
        job.quota = min(job.quota, quota) if person_pays else 0
        job.money, job.state = money, state

    def follow(self, job: PlainJob) -> None:
        """A job goes where its tasks have gone: nothing begins any more once one has failed.

        Of a stopped one comes what was made, where it counts all the same.
        """
        if job.state != "making":
            return
        states = [task.state for task in job.tasks]
        failures = [task.failure for task in job.tasks if task.failure]
        comes = {"submitting", "running", "fetching", "fetched"}.intersection(states)
        if not (job.cancel_requested and comes and SERVICE_FAULTS.isdisjoint(failures)):
            job.failure = job.failure or next(iter(failures), None)
        if job.failure or job.cancel_requested or "cancelled" in states:
            for task in job.tasks:
                self._give_up(task, unwanted=bool(job.failure) or not job.cancel_requested)
        if all(task.state in ENDED for task in job.tasks):
            self._conclude(job)

    def _give_up(self, task: PlainTask, *, unwanted: bool) -> None:
        if task.state in WAITING:
            task.state = "cancelled"
        elif task.state == "fetching" and unwanted:
            task.state = "dropped"
        elif task.state in ("submitting", "running"):
            task.cancel_requested = task.cancel_requested or 1

    def _conclude(self, job: PlainJob) -> None:
        bills = [task.billed for task in job.tasks if task.billed is not None]
        job.billed = sum(bills) if bills else None
        fetched = [task.state == "fetched" for task in job.tasks]
        if not job.failure and any(fetched) and (all(fetched) or job.cancel_requested):
            job.state = "joining" if len(job.tasks) > 1 else "delivering"
        else:
            pays = job.failure is not None and job.failure not in SERVICE_FAULTS
            self.end(job, "failed" if job.failure else "cancelled", person_pays=pays)
