"""Decisions: what administrators did about a reported video or its maker, and who is to see it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from storage import media, outbox
from storage.db.database import Queryable, Transaction
from storage.groups.reports import REPORT
from storage.jobs import deliveries, videos
from storage.jobs.jobs import Job
from storage.people import people


class Verb(StrEnum):
    """What an administrator can decide."""

    TAKE_DOWN = "take-down"
    BAN = "ban"
    UNBAN = "unban"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class Decision:
    """One of them."""

    id: int
    job_id: int
    decision: str
    admin_id: int


async def of_job(database: Queryable, job_id: int) -> list[Decision]:
    """All about this video and its maker, in their order."""
    return await database.find_all(Decision, "decisions", "id", job_id=job_id)


async def take_down(tx: Transaction, job: Job, admin_id: int) -> list[Job]:
    """Have the video removed, also where it was made again of the same photo and voice.

    The open jobs to be stopped for it.
    """
    await _decide(tx, job, Verb.TAKE_DOWN, admin_id)
    return await deliveries.take_back(tx, await videos.same_as(tx, job), "take-down")


async def ban(tx: Transaction, job: Job, maker_id: int, admin_id: int) -> bool:
    """Its maker is refused, and nothing that waits becomes of theirs; False when they were."""
    if not await people.ban(tx, maker_id, admin_id):
        return False
    await media.drop_unready(tx, "dropped", user_id=maker_id)
    return await _decide(tx, job, Verb.BAN, admin_id)


async def unban(tx: Transaction, job: Job, maker_id: int, admin_id: int) -> bool:
    """Its maker is served again; False when they were not refused."""
    return await people.unban(tx, maker_id) and await _decide(tx, job, Verb.UNBAN, admin_id)


async def dismiss(tx: Transaction, job: Job, admin_id: int) -> bool:
    """There is nothing to do about it; False when that was decided before."""
    return await _decide(tx, job, Verb.DISMISS, admin_id)


async def _decide(tx: Transaction, job: Job, verb: Verb, admin_id: int) -> bool:
    """Every administrator is shown it, where they were shown a report of the video."""
    made = {"job_id": job.id, "decision": verb.value, "admin_id": admin_id}
    if not await tx.insert_once("decisions", {**made, "at_milliseconds": tx.now_milliseconds}):
        return False
    sql = """
        SELECT report_id, admin_id, (SELECT MAX(id) FROM decisions) AS decision_id
        FROM report_messages JOIN reports ON reports.id = report_id WHERE job_id = :job_id
        """
    for row in await tx.fetch_all(sql, job_id=job.id):
        key = f"{REPORT}:{row['report_id']}:{row['admin_id']}:{row['decision_id']}"
        await outbox.put(tx, REPORT, key, chat_id=row.pop("admin_id"), **row)
    return True
