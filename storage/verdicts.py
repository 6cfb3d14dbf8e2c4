"""The provider's verdicts on pictures, remembered, and the paid checks, counted."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from storage.db.database import Queryable, Transaction
from storage.db.rows import columns
from storage.jobs.ledger import Caps, Window, day_of, next_day_milliseconds
from storage.people import pseudonyms


@dataclass(frozen=True, slots=True)
class KnownVerdict:
    """What detection said of a picture; the boxes are JSON, EMO's only."""

    passed: int
    code: str | None
    face_bbox: str | None
    ext_bbox: str | None


CHECKS_OF_A_PICTURE = 3
"""So often one picture is checked for money without a verdict: once, and twice again."""
ASKED_ANEW_AFTER_MILLISECONDS = 24 * 3600 * 1000
"""After so long a picture without a verdict may be checked again: the service may be mended."""


class NoVerdict(Exception):
    """This very picture was checked as often as is paid for, and no answer was a verdict."""

    def __init__(self, model: str, last: str = "see the log") -> None:
        super().__init__(f"{model}: {CHECKS_OF_A_PICTURE} paid checks, no verdict ({last})")
        self.model = model


async def find(database: Queryable, picture_sha256: str, model: str) -> KnownVerdict | None:
    """The verdict on this very picture by this model, if it was ever asked for."""
    return await database.find(KnownVerdict, "verdicts", picture_sha256=picture_sha256, model=model)


async def store(tx: Transaction, picture_sha256: str, model: str, verdict: KnownVerdict) -> None:
    """Remember a verdict; the first one stands. Its checks need the picture's name no more."""
    key = {"picture_sha256": picture_sha256, "model": model}
    await tx.update("detections", {"picture_sha256": None}, **key)
    said = {**columns(verdict), "checked_at_milliseconds": tx.now_milliseconds}
    await tx.insert_once("verdicts", {**key, **said})


async def checks_of_day(database: Queryable, user_id: int, caps: Caps, per_person: int) -> Window:
    """What is left of the day's checks; what was made before a person was forgotten counts."""
    now, zone = database.now_milliseconds, caps.zone
    account_id = await pseudonyms.account_of(database, user_id, caps.pseudonym_key)
    sql = """
        SELECT COUNT(*) FROM detections WHERE user_id IN (:user_id, :account_id) AND day = :day
        """
    made = await database.number(sql, user_id=user_id, account_id=account_id, day=day_of(now, zone))
    return Window(per_person - made, next_day_milliseconds(now, zone))


async def count_check(
    tx: Transaction,
    *,
    user_id: int,
    media_id: int,
    picture_sha256: str,
    model: str,
    micro_yuan: int,
    zone: ZoneInfo,
) -> int:
    """Book a paid check before it is made; the booking's number. Whether it may be made is asked
    before, in the same transaction: see `bot.gate`.

    Raises:
        NoVerdict: this very picture was checked often enough.
    """
    if await checks_left(tx, picture_sha256, model) == 0:
        raise NoVerdict(model)
    booked = {
        "user_id": user_id,
        "media_id": media_id,
        "picture_sha256": picture_sha256,
        "model": model,
        "micro_yuan": micro_yuan,
        "day": day_of(tx.now_milliseconds, zone),
        "at_milliseconds": tx.now_milliseconds,
    }
    row = await tx.insert("detections", booked)
    return 0 if row is None else int(row["id"])


async def checks_left(database: Queryable, picture_sha256: str, model: str) -> int:
    """How often this picture, on which there is no verdict, may still be checked for money."""
    since = database.now_milliseconds - ASKED_ANEW_AFTER_MILLISECONDS
    sql = """
        SELECT COUNT(*) FROM detections
        WHERE picture_sha256 = :sha256 AND model = :model AND at_milliseconds > :since
        """
    made = await database.number(sql, sha256=picture_sha256, model=model, since=since)
    return max(0, CHECKS_OF_A_PICTURE - made)


async def uncount_check(tx: Transaction, booking_id: int) -> None:
    """This very check was certainly not made."""
    await tx.delete("detections", id=booking_id)


async def checks_made(database: Queryable) -> int:
    """All the paid checks, ever."""
    return await database.number("SELECT COUNT(*) AS made FROM detections")
