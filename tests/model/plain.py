"""The plain model: queue and ledger as lists and sums, without a database and without haste."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

from storage.ledger import Caps, Price
from storage.windows import day_of

ENDED = ("done", "failed", "cancelled", "undeliverable")
WAITING = ("preparing", "ready")


def cost_of(price: Price, milliseconds: int) -> tuple[int, int]:
    """Quota milliseconds and micro-yuan of so much video, each rounded up."""
    return (
        math.ceil(Fraction(milliseconds * price.quota_weight_permille, 1000)),
        math.ceil(Fraction(milliseconds * price.micro_yuan_per_second, 1000)),
    )


class Refused(Exception):
    """The model would not accept this order; the text is the storage's exception."""


@dataclass
class PlainJob:
    """One job; what it holds and what it cost are plain numbers."""

    number: int
    user_id: int
    price: Price
    length: int
    day: str
    turn: int
    state: str = "preparing"
    slot: int | None = None
    served: bool = False
    not_before: int = 0
    billed: int | None = None
    task: str | None = None
    cancel_requested: int = 0
    quota: int = 0
    money: int = 0


@dataclass
class PlainBook:
    """Everything the storage promises of jobs and money, said in the simplest way."""

    caps: Caps
    slots: int
    most_waiting: int
    jobs: list[PlainJob] = field(default_factory=list)

    def start(self, user_id: int, length: int, price: Price, now: int) -> PlainJob:
        """A new job with its hold, or Refused; limits are looked at in this order."""
        (quota, money), day = cost_of(price, length), day_of(now, self.caps.zone)
        mine = [job for job in self.jobs if job.user_id == user_id]
        if sum(job.state in WAITING for job in mine) >= self.most_waiting:
            raise Refused("TooManyWaiting")
        if quota > self.quota_left(user_id, now):
            raise Refused("QuotaExceeded")
        today = sum(job.money for job in self.jobs if job.day == day)
        month = sum(job.money for job in self.jobs if job.day[:7] == day[:7])
        if (
            today + money > self.caps.bot_day_micro_yuan
            or month + money > self.caps.bot_month_micro_yuan
        ):
            raise Refused("BudgetExhausted")
        turn = max(
            max((job.turn for job in self.jobs if job.served), default=0),
            max((job.turn + 1 for job in mine), default=0),
        )
        job = PlainJob(len(self.jobs) + 1, user_id, price, length, day, turn)
        job.quota, job.money = quota, money
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

    def take_slot(self, now: int) -> PlainJob | None:
        """The next in turn, when a slot is free."""
        taken = {job.slot for job in self.jobs if job.state in ("submitting", "running")}
        free = [slot for slot in range(self.slots) if slot not in taken]
        due = [job for job in self.jobs if job.state == "ready" and job.not_before <= now]
        if not free or not due:
            return None
        job = min(due, key=lambda each: (each.turn, each.number))
        job.state, job.slot, job.served = "submitting", free[0], True
        return job

    def back(self, job: PlainJob, state: str, not_before: int) -> None:
        """No task exists: as if it had never been taken."""
        job.state, job.slot, job.served, job.not_before = state, None, False, not_before

    def end(self, job: PlainJob, state: str, *, person_pays: bool) -> None:
        """The hold becomes what it cost: the person's quota, at most the hold, and real money."""
        quota, money = cost_of(job.price, job.billed or 0)
        job.quota = min(job.quota, quota) if person_pays else 0
        job.money = money
        job.state, job.slot = state, None
