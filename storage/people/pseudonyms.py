"""Numbers that stand in the ledger for people who had their data deleted.

The quota has to survive a deletion: otherwise forgetting would be a way to a new one. So until the
window of the quota ends, a hash of the person's number leads to the number that stands for them.
Its key is not in the database, so the database alone leads back to nobody; and after the window
the row goes, and nothing leads back at all.
"""

from __future__ import annotations

import hmac
import secrets

from storage.db.database import Queryable, Transaction


async def account_of(database: Queryable, user_id: int, key: bytes) -> int | None:
    """The number under which this person's use of the running window is booked, if any."""
    sql = """
        SELECT account_id FROM pseudonyms
        WHERE person_hash = :person_hash AND until_milliseconds > :now
        """
    found = await database.column(sql, person_hash=_hash(user_id, key))
    return next(iter(found), None)


async def take(tx: Transaction, user_id: int, key: bytes, *, until_milliseconds: int) -> int:
    """A number for this person: the one of the running window, else a new one that says nothing."""
    known = await account_of(tx, user_id, key)
    account_id = known if known is not None else -1 - secrets.randbits(62)
    window = {"account_id": account_id, "until_milliseconds": until_milliseconds}
    await tx.put("pseudonyms", {"person_hash": _hash(user_id, key), **window}, "person_hash")
    return account_id


async def expire(tx: Transaction) -> int:
    """Forget the numbers whose window is over; how many."""
    return await tx.execute("DELETE FROM pseudonyms WHERE until_milliseconds <= :now")


def _hash(user_id: int, key: bytes) -> str:
    return hmac.digest(key, str(user_id).encode(), "sha256").hex()
