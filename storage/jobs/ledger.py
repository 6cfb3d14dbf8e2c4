"""The ledger: append-only entries; a balance is a sum, a hold resolves exactly once.

Two amounts go side by side: quota milliseconds, what a person may use (a 720P second counts by
its price ratio), and micro-yuan, what the provider bills the operator.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.db.database import Queryable, Transaction
from storage.db.rows import Row
from storage.people import pseudonyms


@dataclass(frozen=True, slots=True)
class Caps:
    """The limits the operator set; windows are days and months in `zone`.

    With the key, what a person used before they had their data deleted counts on.
    """

    zone: ZoneInfo
    person_day_milliseconds: int
    person_month_milliseconds: int | None
    bot_day_micro_yuan: int
    bot_month_micro_yuan: int
    pseudonym_key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Amount:
    """What a length of video takes from the quota and what it costs."""

    video_milliseconds: int
    quota_milliseconds: int
    micro_yuan: int


@dataclass(frozen=True, slots=True)
class Price:
    """The terms of a job, kept on it: later price changes do not touch it."""

    micro_yuan_per_second: int
    quota_weight_permille: int

    def of(self, video_milliseconds: int) -> Amount:
        """The amount for that much video, rounded up."""
        return Amount(
            video_milliseconds,
            _divide_up(video_milliseconds * self.quota_weight_permille, 1000),
            _divide_up(video_milliseconds * self.micro_yuan_per_second, 1000),
        )

    def affordable_milliseconds(self, quota_milliseconds: int) -> int:
        """The longest video that much quota pays for."""
        return quota_milliseconds * 1000 // self.quota_weight_permille

    def quota_within(self, micro_yuan: int) -> int | None:
        """The most quota of which all videos cost no more than that; None: they cost nothing."""
        if micro_yuan < 0:
            return 0
        if not self.micro_yuan_per_second:
            return None
        longest = micro_yuan * 1000 // self.micro_yuan_per_second
        return ((longest + 1) * self.quota_weight_permille - 1) // 1000


@dataclass(frozen=True, slots=True)
class Quota:
    """One person's quota in the window that binds first, in quota milliseconds."""

    limit_milliseconds: int
    used_milliseconds: int
    held_milliseconds: int
    resets_at_milliseconds: int

    @property
    def left_milliseconds(self) -> int:
        """What may still be held."""
        return max(0, self.limit_milliseconds - self.used_milliseconds - self.held_milliseconds)


@dataclass(frozen=True, slots=True)
class Window:
    """What is left until more comes: of the whole bot's money, in micro-yuan, or of a person's paid
    checks; below 0 after a bill above its hold, or when the operator lowered the cap."""

    left: int
    resets_at_milliseconds: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one person may still have made: their quota, or less where the bot's money ends first.

    `left_milliseconds`, in quota milliseconds, is exact: whatever takes no more can be made.
    """

    quota: Quota
    left_milliseconds: int
    resets_at_milliseconds: int

    @property
    def is_cut(self) -> bool:
        """Whether the bot's budget allows less than the person's quota."""
        return self.left_milliseconds < self.quota.left_milliseconds


async def quotas_of(database: Queryable, user_id: int, caps: Caps) -> tuple[Quota, ...]:
    """What the person used and has left of the day's quota, and of the month's if there is one."""
    now, zone = database.now_milliseconds, caps.zone
    account_id = await pseudonyms.account_of(database, user_id, caps.pseudonym_key)
    whose = {"user_id": user_id, "account_id": account_id, "day": day_of(now, zone)}
    resets_at = next_day_milliseconds(now, zone)
    of_day = await _quota(database, _DAY, whose, caps.person_day_milliseconds, resets_at)
    if caps.person_month_milliseconds is None:
        return (of_day,)
    resets_at = next_month_milliseconds(now, zone)
    of_month = await _quota(database, _MONTH, whose, caps.person_month_milliseconds, resets_at)
    return of_day, of_month


async def quota_of(database: Queryable, user_id: int, caps: Caps) -> Quota:
    """That of the window that leaves less; of two that leave the same, the one that ends later."""
    quotas = await quotas_of(database, user_id, caps)
    return min(quotas, key=lambda q: (q.left_milliseconds, -q.resets_at_milliseconds))


async def allowance_of(
    database: Queryable, user_id: int, price: Price, caps: Caps, returning_milliseconds: int = 0
) -> Allowance:
    """What the person may still have made at that price: the smaller of quota and budget.

    `returning_milliseconds` of the quota are still held and about to come back.
    """
    quota = await quota_of(database, user_id, caps)
    limits = [(quota.left_milliseconds + returning_milliseconds, quota.resets_at_milliseconds)]
    for budget in await budgets_of(database, caps):
        within = price.quota_within(budget.left)
        if within is not None:
            limits.append((within, budget.resets_at_milliseconds))
    # Of those that allow the same, more comes only when the last begins afresh.
    left, resets_at = min(limits, key=lambda limit: (limit[0], -limit[1]))
    return Allowance(quota, left, resets_at)


async def hold(
    tx: Transaction, *, user_id: int, job_id: int, amount: Amount, zone: ZoneInfo
) -> None:
    """Set the amount aside for the job: whether it may be is asked before, see `bot.gate`."""
    await _enter(
        tx,
        {"user_id": user_id, "job_id": job_id, "day": day_of(tx.now_milliseconds, zone)},
        "hold",
        video_milliseconds=amount.video_milliseconds,
        held_quota_milliseconds=amount.quota_milliseconds,
        held_micro_yuan=amount.micro_yuan,
    )


async def settle(
    tx: Transaction, job_id: int, price: Price, *, billed_milliseconds: int, charge_person: bool
) -> None:
    """Turn the job's hold into what the provider billed and give the rest back.

    The person pays at most the hold; a bill above it is the operator's and is flagged. With
    `charge_person` off the money is booked and the person keeps the quota.
    """
    held = await _open_hold(tx, job_id)
    billed = price.of(billed_milliseconds)
    quota = min(billed.quota_milliseconds, held["quota"]) if charge_person else 0
    await _enter(
        tx,
        held,
        "settle",
        video_milliseconds=billed_milliseconds,
        held_quota_milliseconds=-quota,
        spent_quota_milliseconds=quota,
        held_micro_yuan=-min(billed.micro_yuan, held["micro_yuan"]),
        spent_micro_yuan=billed.micro_yuan,
        flagged=int(billed_milliseconds > held["video"]),
    )
    await release(tx, job_id)


async def release(tx: Transaction, job_id: int) -> None:
    """Give back whatever of the job's hold is still open; nothing, if nothing is."""
    held = await _open_hold(tx, job_id)
    if held["quota"] or held["micro_yuan"]:
        back = {"held_quota_milliseconds": -held["quota"], "held_micro_yuan": -held["micro_yuan"]}
        await _enter(tx, held, "release", **back)


async def charged_milliseconds(database: Queryable, job_id: int) -> int:
    """What the job took from the person's quota, held or spent: 0 means it cost them nothing."""
    sql = """
        SELECT COALESCE(SUM(held_quota_milliseconds + spent_quota_milliseconds), 0) AS charged
        FROM ledger WHERE job_id = :job_id
        """
    return await database.number(sql, job_id=job_id)


async def billed_by_engine(database: Queryable) -> dict[str, int]:
    """All that was billed for videos, ever, in milliseconds by engine."""
    rows = await database.fetch_all(
        """
        SELECT engine, SUM(video_milliseconds) AS billed
        FROM ledger JOIN jobs ON jobs.id = job_id WHERE kind = 'settle' GROUP BY engine
        """
    )
    return {row["engine"]: row["billed"] for row in rows}


_DAY = "day = :day"
_MONTH = "day BETWEEN substr(:day, 1, 7) || '-01' AND substr(:day, 1, 7) || '-31'"


async def _quota(
    database: Queryable, window: str, whose: Row, limit_milliseconds: int, resets_at: int
) -> Quota:
    sql = f"""
        SELECT COALESCE(SUM(spent_quota_milliseconds), 0) AS used,
            COALESCE(SUM(held_quota_milliseconds), 0) AS held
        FROM ledger WHERE user_id IN (:user_id, :account_id) AND {window}
        """  # noqa: S608
    row = await database.fetch_one(sql, **whose)
    assert row is not None  # noqa: S101
    return Quota(limit_milliseconds, row["used"], row["held"], resets_at)


async def budgets_of(database: Queryable, caps: Caps) -> tuple[Window, Window]:
    """Today's and this month's, paid checks counted in."""
    now = database.now_milliseconds
    day = day_of(now, caps.zone)
    sql = f"""
        SELECT COALESCE(SUM(micro_yuan), 0) AS month,
            COALESCE(SUM(micro_yuan) FILTER (WHERE {_DAY}), 0) AS today
        FROM money_of_days WHERE {_MONTH}
        """  # noqa: S608
    (spent,) = await database.fetch_all(sql, day=day)
    return (
        Window(caps.bot_day_micro_yuan - spent["today"], next_day_milliseconds(now, caps.zone)),
        Window(caps.bot_month_micro_yuan - spent["month"], next_month_milliseconds(now, caps.zone)),
    )


async def _open_hold(tx: Transaction, job_id: int) -> Row:
    sql = """
        SELECT job_id, MIN(user_id) AS user_id, MIN(day) AS day,
            SUM(held_quota_milliseconds) AS quota, SUM(held_micro_yuan) AS micro_yuan,
            MAX(video_milliseconds) FILTER (WHERE kind = 'hold') AS video
        FROM ledger WHERE job_id = :job_id GROUP BY job_id
        """
    row = await tx.fetch_one(sql, job_id=job_id)
    assert row is not None  # noqa: S101
    return row


async def _enter(tx: Transaction, held: Row, kind: str, **amounts: int) -> None:
    """`held` says whose entry it is, and in which window it counts; what is not named is 0."""
    whose = {column: held[column] for column in ("user_id", "job_id", "day")}
    entry = {"kind": kind, "video_milliseconds": 0, "at_milliseconds": tx.now_milliseconds}
    await tx.insert("ledger", {**entry, **whose, **amounts})


def _divide_up(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)


def day_of(at_milliseconds: int, zone: ZoneInfo) -> str:
    """The calendar day there, as YYYY-MM-DD."""
    return _there(at_milliseconds, zone).date().isoformat()


def next_day_milliseconds(at_milliseconds: int, zone: ZoneInfo) -> int:
    """When the day after begins, in milliseconds since 1970 UTC."""
    tomorrow = _there(at_milliseconds, zone).date() + timedelta(days=1)
    return _start(datetime.combine(tomorrow, time(), zone))


def next_month_milliseconds(at_milliseconds: int, zone: ZoneInfo) -> int:
    """When the month after begins, in milliseconds since 1970 UTC."""
    in_next_month = _there(at_milliseconds, zone).date().replace(day=1) + timedelta(days=32)
    return _start(datetime.combine(in_next_month.replace(day=1), time(), zone))


def _there(at_milliseconds: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_milliseconds / 1000, zone)


def _start(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
