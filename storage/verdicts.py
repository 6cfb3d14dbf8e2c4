"""The provider's verdicts on pictures, remembered, and the paid checks, counted."""

from __future__ import annotations

from dataclasses import dataclass

from storage import pseudonyms
from storage.database import Queryable, Transaction
from storage.ledger import Caps, check_budget
from storage.record import from_row
from storage.windows import day_of, next_day_milliseconds


@dataclass(frozen=True, slots=True)
class KnownVerdict:
    """What detection said of a picture; the boxes are JSON, EMO's only."""

    passed: int
    code: str | None
    face_bbox: str | None
    ext_bbox: str | None


class TooManyChecks(Exception):
    """The person had as many photos checked today as the operator allows."""

    def __init__(self, resets_at_milliseconds: int) -> None:
        super().__init__("no paid checks left today")
        self.resets_at_milliseconds = resets_at_milliseconds


async def find(database: Queryable, picture_sha256: str, model: str) -> KnownVerdict | None:
    """The verdict on this very picture by this model, if it was ever asked for."""
    row = await database.fetch_one(
        "SELECT * FROM verdicts WHERE picture_sha256 = :sha256 AND model = :model",
        {"sha256": picture_sha256, "model": model},
    )
    return None if row is None else from_row(KnownVerdict, row)


async def keep(
    tx: Transaction, picture_sha256: str, model: str, verdict: KnownVerdict, now_milliseconds: int
) -> None:
    """Remember a verdict; the first one stands."""
    await tx.execute(
        """
        INSERT INTO verdicts (picture_sha256, model, passed, code, face_bbox, ext_bbox,
            checked_at_milliseconds)
        VALUES (:sha256, :model, :passed, :code, :face_bbox, :ext_bbox, :now)
        ON CONFLICT (picture_sha256, model) DO NOTHING
        """,
        {
            "sha256": picture_sha256,
            "model": model,
            "passed": verdict.passed,
            "code": verdict.code,
            "face_bbox": verdict.face_bbox,
            "ext_bbox": verdict.ext_bbox,
            "now": now_milliseconds,
        },
    )


async def count_check(
    tx: Transaction,
    *,
    user_id: int,
    media_id: int,
    model: str,
    micro_yuan: int,
    per_person_per_day: int,
    caps: Caps,
    now_milliseconds: int,
) -> int:
    """Book a paid check before it is made; the booking's number.

    Raises:
        TooManyChecks: the person's cap for the day is reached.
        BudgetExhausted: the bot's cap is.
    """
    day = day_of(now_milliseconds, caps.zone)
    account_id = await pseudonyms.account_of(tx, user_id, caps.pseudonym_key, now_milliseconds)
    row = await tx.fetch_one(
        """
        SELECT COUNT(*) AS made FROM detections
        WHERE user_id IN (:user_id, :account_id) AND day = :day
        """,
        {"user_id": user_id, "account_id": account_id, "day": day},
    )
    if row is None or row["made"] >= per_person_per_day:
        raise TooManyChecks(next_day_milliseconds(now_milliseconds, caps.zone))
    await check_budget(tx, micro_yuan, caps, now_milliseconds)
    booked = await tx.fetch_one(
        """
        INSERT INTO detections (user_id, media_id, model, micro_yuan, day, at_milliseconds)
        VALUES (:user_id, :media_id, :model, :micro_yuan, :day, :now) RETURNING id
        """,
        {
            "user_id": user_id,
            "media_id": media_id,
            "model": model,
            "micro_yuan": micro_yuan,
            "day": day,
            "now": now_milliseconds,
        },
    )
    assert booked is not None  # noqa: S101
    return int(booked["id"])


async def uncount_check(tx: Transaction, booking_id: int) -> None:
    """This very check was certainly not made."""
    await tx.execute("DELETE FROM detections WHERE id = :id", {"id": booking_id})
