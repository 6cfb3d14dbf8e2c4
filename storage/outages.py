"""Outages: what the provider refuses to do for an account until its operator mended it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage.db.database import Queryable, Transaction


class Work(StrEnum):
    """What may be refused, each by itself: checks of photos, uploads, videos.

    Only submitting is held back by its outage; the others are free where they are refused, so each
    new photo or voice tries anew.
    """

    CHECK = "check"
    UPLOAD = "upload"
    SUBMIT = "submit"


@dataclass(frozen=True, slots=True)
class Outage:
    """An outage as stored; times in milliseconds. `asked`: the operator waits for the probe."""

    account: str
    work: str
    cause: str
    since_milliseconds: int
    probes: int
    probe_at_milliseconds: int
    asked: int

    def is_due(self, now_milliseconds: int) -> bool:
        """Whether a probe may be made."""
        return self.probe_at_milliseconds <= now_milliseconds


async def all_of(database: Queryable, account: str) -> list[Outage]:
    """The account's outages."""
    return await database.find_all(Outage, "outages", "work", account=account)


async def current(database: Queryable, account: str, work: Work) -> Outage | None:
    """The outage of this work."""
    return await database.find(Outage, "outages", account=account, work=work.value)


async def refused(
    tx: Transaction,
    account: str,
    work: Work,
    cause: str,
    outage: Outage | None,
    probe_at_milliseconds: int,
) -> None:
    """The provider refused this work: an outage begins, or the one there is goes on."""
    key = {"account": account, "work": work}
    times = {
        "since_milliseconds": tx.now_milliseconds,
        "probe_at_milliseconds": probe_at_milliseconds,
    }
    if not await tx.update("outages", {"cause": cause}, **key):
        await tx.insert("outages", {**key, "cause": cause, **times})
    await tx.update("outages", {"asked": 0}, account=account, cause=cause)
    if outage is not None and outage.is_due(tx.now_milliseconds):
        await begin_probe(tx, outage, probe_at_milliseconds)


async def begin_probe(tx: Transaction, outage: Outage, next_at_milliseconds: int) -> None:
    """A probe is under way: whatever becomes of it, the next one is due later."""
    begun = {"probes": outage.probes + 1, "probe_at_milliseconds": next_at_milliseconds}
    await tx.update("outages", begun, account=outage.account, work=outage.work)


async def hurry(tx: Transaction, account: str, *, asked: bool) -> bool:
    """A probe is due now, and the intervals begin anew; False where there is no outage."""
    sql = """
        UPDATE outages SET probe_at_milliseconds = :now, probes = 0, asked = MAX(asked, :asked)
        WHERE account = :account
        """
    return await tx.change(sql, account=account, asked=int(asked))


async def end(tx: Transaction, outage: Outage) -> None:
    """The provider does this work again."""
    await tx.delete("outages", account=outage.account, work=outage.work)
