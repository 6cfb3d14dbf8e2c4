"""The plain model: queue and ledger as lists and sums, without a database and without haste."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

from storage.jobs.ledger import Caps, Price, day_of

ENDED = ("done", "failed", "cancelled", "undeliverable", "kept")
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
    """One job; what it holds and costs are plain numbers; a part names its whole."""

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
    whole: int | None = None
    failed: bool = False


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
        waiting = [job for job in mine if job.whole is None]
        if sum(job.state in (*WAITING, "in_parts") for job in waiting) >= self.most_waiting:
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

    def start_whole(
        self, user_id: int, lengths: tuple[int, ...], price: Price, now: int
    ) -> PlainJob:
        """A job in parts: one hold for all, and for each part a turn and nothing else."""
        whole = self.start(user_id, sum(lengths), price, now)
        whole.state = "in_parts"
        for count, length in enumerate(lengths):
            number = len(self.jobs) + 1
            turn = whole.turn + count
            part = PlainJob(number, user_id, price, length, whole.day, turn, whole=whole.number)
            self.jobs.append(part)
        return whole

    def parts_of(self, whole: PlainJob) -> list[PlainJob]:
        """Its parts, first to last."""
        return [job for job in self.jobs if job.whole == whole.number]

    def end_part(self, part: PlainJob, state: str) -> None:
        """It costs what its whole costs."""
        part.state, part.slot = state, None

    def follow(self, whole: PlainJob) -> None:
        """A whole goes where its parts have gone: nothing begins any more once one has failed."""
        if whole.state != "in_parts":
            return
        parts = self.parts_of(whole)
        whole.failed = whole.failed or any(part.state == "failed" for part in parts)
        broken_off = any(part.state == "cancelled" for part in parts)
        if whole.failed or whole.cancel_requested or broken_off:
            unwanted = whole.failed or not whole.cancel_requested
            for part in parts:
                self._give_up(part, unwanted=unwanted)
        if all(part.state in ENDED for part in parts):
            self._conclude(whole, [part.billed for part in parts if part.billed is not None])

    def _give_up(self, part: PlainJob, *, unwanted: bool) -> None:
        if part.state in WAITING:
            self.end_part(part, "cancelled")
        elif part.state == "fetching" and unwanted:
            self.end_part(part, "kept")
        elif part.state in ("submitting", "running"):
            part.cancel_requested = part.cancel_requested or 1

    def _conclude(self, whole: PlainJob, bills: list[int]) -> None:
        whole.billed = sum(bills) if bills else None
        made = all(part.state == "kept" for part in self.parts_of(whole))
        if not whole.failed and bills and (made or whole.cancel_requested):
            whole.state = "joining"
        else:
            self.end(whole, "failed" if whole.failed else "cancelled", person_pays=False)
