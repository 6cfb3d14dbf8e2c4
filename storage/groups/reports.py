"""Reports of videos, who is to see them, and the takedowns that came of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storage import outbox
from storage.db.database import Queryable, Transaction
from storage.jobs.jobs import Job

REPORT = "report"
TAKE_DOWN = "take-down"
"""The kinds of outbox entry that show a report to one administrator, and that remove a video."""

REASONS = ("face", "offensive", "other")
_DAY_MILLISECONDS = 24 * 3600 * 1000


class TooManyReports(Exception):
    """The person reported as many videos within a day as are looked at."""


@dataclass(frozen=True, slots=True)
class Report:
    """One person's report of one video; without a reason they are still being asked for it."""

    id: int
    job_id: int
    reporter_id: int | None
    chat_id: int
    message_id: int | None
    reason: str | None


async def begin(tx: Transaction, job: Job, reporter_id: int, chat_id: int) -> Report:
    """What this person has to say of that video, begun now or before."""
    whose = {"job_id": job.id, "reporter_id": reporter_id}
    await tx.insert_once("reports", {**whose, "chat_id": chat_id})
    report = await tx.find(Report, "reports", **whose)
    assert report is not None  # noqa: S101
    return report


async def asked(tx: Transaction, report_id: int, message_id: int) -> None:
    """In which message its reason is asked for."""
    await tx.update("reports", {"message_id": message_id}, id=report_id)


async def get(database: Queryable, report_id: int) -> Report | None:
    """One report by its number."""
    return await database.find(Report, "reports", id=report_id)


async def file(
    tx: Transaction,
    report: Report,
    reason: str,
    admin_ids: Iterable[int],
    *,
    per_person_per_day: int,
) -> bool:
    """The reason is given: every administrator is to see it; False when it was given before.

    Raises:
        TooManyReports: roll the transaction back.
    """
    given = {"reason": reason, "filed_at_milliseconds": tx.now_milliseconds}
    if not await tx.update("reports", given, id=report.id, reason=None):
        return False
    if await _filed_within_a_day(tx, report) > per_person_per_day:
        raise TooManyReports
    for admin_id in admin_ids:
        await outbox.put(
            tx,
            REPORT,
            f"{REPORT}:{report.id}:{admin_id}",
            chat_id=admin_id,
            arguments={"report_id": report.id},
        )
    return True


async def take_down(tx: Transaction, job_id: int, admin_id: int) -> bool:
    """Have the video removed; False when that was asked for before."""
    by = {"job_id": job_id, "admin_id": admin_id, "at_milliseconds": tx.now_milliseconds}
    new = await tx.insert_once("takedowns", by)
    if new:
        key, about = f"{TAKE_DOWN}:{job_id}", {"job_id": job_id}
        await outbox.put(tx, TAKE_DOWN, key, chat_id=outbox.NO_CHAT, arguments=about)
    return new


async def _filed_within_a_day(tx: Transaction, report: Report) -> int:
    """Itself counted in."""
    return await tx.number(
        """
        SELECT COUNT(*) AS n FROM reports
        WHERE reporter_id = :reporter_id AND filed_at_milliseconds > :since
        """,
        {"reporter_id": report.reporter_id, "since": tx.now_milliseconds - _DAY_MILLISECONDS},
    )
