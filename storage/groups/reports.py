"""Reports of videos, and who is shown them in which message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storage import outbox
from storage.db.database import Queryable, Transaction
from storage.jobs.jobs import Job
from storage.people.deletion import REPORTS_KEPT_MILLISECONDS

REPORT = "report"
"""The kind of outbox entry that shows a report to one administrator."""

MOST_OF_A_PERSON_A_DAY = 5
REASONS = ("face", "offensive", "other")
_DAY_MILLISECONDS = 24 * 3600 * 1000
_HOUR_MILLISECONDS = 3600 * 1000


class TooManyReports(Exception):
    """The person reported as many videos within a day as are looked at."""


@dataclass(frozen=True, slots=True)
class Report:
    """One person's report of one video; without a reason they are still being asked for it.

    `maker_id`: of somebody who is forgotten but for this.
    """

    id: int
    job_id: int
    reporter_id: int | None
    chat_id: int
    message_id: int | None
    reason: str | None
    maker_id: int | None


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


async def file(tx: Transaction, report: Report, reason: str, admin_ids: Iterable[int]) -> bool:
    """The reason is given: every administrator is to see it; False when it was given before.

    Raises:
        TooManyReports: roll the transaction back.
    """
    given = {"reason": reason, "filed_at_milliseconds": tx.now_milliseconds}
    if not await tx.update("reports", given, id=report.id, reason=None):
        return False
    if await _filed_within_a_day(tx, report) > MOST_OF_A_PERSON_A_DAY:
        raise TooManyReports
    for admin_id in admin_ids:
        key = f"{REPORT}:{report.id}:{admin_id}"
        await outbox.put(tx, REPORT, key, chat_id=admin_id, report_id=report.id)
    return True


async def message_of(database: Queryable, report: Report, admin_id: int) -> int | None:
    """In which message this administrator is shown the report."""
    sql = """
        SELECT message_id FROM report_messages WHERE report_id = :id AND admin_id = :admin_id
        """
    found = await database.column(sql, id=report.id, admin_id=admin_id)
    return found[0] if found else None


async def shown(tx: Transaction, report: Report, admin_id: int, message_id: int) -> None:
    """This message shows it to this administrator."""
    by = {"report_id": report.id, "admin_id": admin_id, "message_id": message_id}
    await tx.insert_once("report_messages", by)


async def expire(tx: Transaction) -> None:
    """What was kept of makers who are forgotten goes: it was decided and done, or is a week old.

    Not within an hour of a decision: who takes a video down may want to ban its maker as well.
    """
    now = tx.now_milliseconds
    values = {"filed": now - REPORTS_KEPT_MILLISECONDS, "decided": now - _HOUR_MILLISECONDS}
    for statement in _EXPIRY:
        await tx.execute(statement, **values)


_OVER = """maker_id IS NOT NULL AND (
    (SELECT MAX(filed_at_milliseconds) FROM reports AS other
        WHERE other.job_id = reports.job_id) <= :filed
    OR (SELECT MAX(at_milliseconds) FROM decisions WHERE job_id = reports.job_id) <= :decided
    AND NOT EXISTS (SELECT 1 FROM outbox
        WHERE state = 'open' AND (kind = 'remove-video' OR chat_id = maker_id)))"""

_EXPIRY = (
    f"""
    UPDATE deliveries SET chat_id = 0, message_id = NULL
    WHERE job_id IN (SELECT job_id FROM reports WHERE {_OVER})
        AND chat_id IN (SELECT maker_id FROM reports WHERE {_OVER})
    """,  # noqa: S608
    f"""
    DELETE FROM outbox WHERE state <> 'open'
        AND chat_id IN (SELECT maker_id FROM reports WHERE {_OVER})
    """,  # noqa: S608
    f"UPDATE reports SET maker_id = NULL WHERE {_OVER}",  # noqa: S608
)
"""In this order: who is to be forgotten stands in the reports."""


async def _filed_within_a_day(tx: Transaction, report: Report) -> int:
    """Itself counted in."""
    sql = """
        SELECT COUNT(*) AS n FROM reports
        WHERE reporter_id = :reporter_id AND filed_at_milliseconds > :since
        """
    return await tx.number(
        sql, reporter_id=report.reporter_id, since=tx.now_milliseconds - _DAY_MILLISECONDS
    )
