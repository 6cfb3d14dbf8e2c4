"""Outages: what the provider refuses to do for an account until its operator mended it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage.db.database import Queryable, Transaction
from storage.db.rows import columns


class Work(StrEnum):
    """What may be refused, each by itself: checks of photos, uploads, videos.

    Only submitting is held back by its stop; the others are free where they are refused, so each
    new photo or voice tries anew.
    """

    CHECK = "check"
    UPLOAD = "upload"
    SUBMIT = "submit"


@dataclass(frozen=True, slots=True)
class Outage:
    """A stop as stored; times in milliseconds. `over`: it ended, and the operator is to hear it."""

    account: str
    work: str
    cause: str
    detail: str
    since_milliseconds: int
    probes: int
    probe_at_milliseconds: int
    asked: int
    told: int
    over: int

    def is_due(self, now_milliseconds: int) -> bool:
        """Whether a probe may be made."""
        return self.probe_at_milliseconds <= now_milliseconds


async def all_of(database: Queryable, account: str) -> list[Outage]:
    """The account's outages, those that ended untold among them."""
    return await database.every(
        Outage, "SELECT * FROM outages WHERE account = :account ORDER BY work", {"account": account}
    )


async def current(database: Queryable, account: str, work: Work) -> Outage | None:
    """The stop of this work that is not over."""
    found = await all_of(database, account)
    return next((outage for outage in found if outage.work == work and not outage.over), None)


async def refused(
    tx: Transaction, account: str, work: Work, cause: str, detail: str, probe_at_milliseconds: int
) -> None:
    """The provider refused: a new stop begins, or an old one goes on.

    An old one is told anew where its cause changed, or where the operator asked for the probe.
    """
    values = {"account": account, "work": work.value, "cause": cause, "detail": detail}
    outage = await current(tx, account, work)
    if outage is None:
        await _begin(tx, values, probe_at_milliseconds)
        return
    await tx.execute(
        """
        UPDATE outages SET cause = :cause, detail = :detail, asked = 0,
            told = CASE WHEN asked = 1 OR cause <> :cause THEN 0 ELSE told END
        WHERE account = :account AND work = :work
        """,
        values,
    )
    await tx.execute(
        "UPDATE outages SET asked = 0 WHERE account = :account AND cause = :cause", values
    )
    if outage.is_due(tx.now_milliseconds):
        await begin_probe(tx, outage, probe_at_milliseconds)


async def begin_probe(tx: Transaction, outage: Outage, next_at_milliseconds: int) -> None:
    """A probe is under way: whatever becomes of it, the next one is due later."""
    await tx.execute(
        """
        UPDATE outages SET probes = :probes, probe_at_milliseconds = :probe_at
        WHERE account = :account AND work = :work
        """,
        {**columns(outage), "probes": outage.probes + 1, "probe_at": next_at_milliseconds},
    )


async def hurry(tx: Transaction, account: str, *, asked: bool) -> bool:
    """A probe is due now, and the intervals begin anew; False where nothing is stopped."""
    return await tx.change(
        """
        UPDATE outages SET probe_at_milliseconds = :now, probes = 0, asked = MAX(asked, :asked)
        WHERE account = :account AND over = 0
        """,
        {"account": account, "asked": int(asked)},
    )


async def end(tx: Transaction, outage: Outage) -> None:
    """It is over; told by the last stop of its cause."""
    others = [other for other in await all_of(tx, outage.account) if other.work != outage.work]
    if any(other.cause == outage.cause for other in others):
        await forget(tx, outage)
        return
    await tx.execute(
        "UPDATE outages SET over = 1 WHERE account = :account AND work = :work", columns(outage)
    )


async def was_told(tx: Transaction, outage: Outage) -> None:
    """The operator knows of it as it was read; not, if it has changed since."""
    await tx.execute(
        """
        UPDATE outages SET told = 1 WHERE account = :account AND work = :work
            AND cause = :cause AND over = 0
        """,
        columns(outage),
    )


async def forget(tx: Transaction, outage: Outage) -> None:
    """It is over and nothing is left to be told; not, if a new one began since."""
    await tx.execute(
        "DELETE FROM outages WHERE account = :account AND work = :work AND over = :over",
        columns(outage),
    )


async def _begin(tx: Transaction, values: dict[str, str], probe_at_milliseconds: int) -> None:
    await tx.execute(
        """
        INSERT OR REPLACE INTO outages (account, work, cause, detail, since_milliseconds,
            probe_at_milliseconds)
        VALUES (:account, :work, :cause, :detail, :now, :probe_at)
        """,
        {**values, "probe_at": probe_at_milliseconds},
    )
