"""Buttons under a report: what an administrator decides."""

from __future__ import annotations

from handlers.cancelling import cancel_job
from handlers.pressing import Action, NotYours, Press, TooLate
from storage import bans, forgetting, jobs, reports
from storage.jobs import Job


async def take_down(pressed: Press) -> str:
    """takedown:REPORT has the video removed from its chat and from the disk."""
    job = await _reported_job(pressed)
    async with pressed.desk.database.transaction() as tx:
        now = pressed.desk.clock.now_milliseconds()
        await reports.take_down(tx, job.id, pressed.user_id, now)
    pressed.desk.nudge()
    return "answer-taken-down"


async def ban(pressed: Press) -> str:
    """ban:REPORT shuts the maker of the video out, and stops what waits for them."""
    job = await _reported_job(pressed)
    if job.user_id < 0 or job.user_id in pressed.desk.terms.admin_ids:
        return "answer-cannot-ban"
    desk = pressed.desk
    async with desk.database.transaction() as tx:
        await bans.ban(tx, job.user_id, pressed.user_id, desk.clock.now_milliseconds())
        await forgetting.drop_waiting_halves(tx, job.user_id, "dropped")
    for waiting in await jobs.open_jobs(desk.database):
        if waiting.user_id == job.user_id:
            await cancel_job(desk, waiting)
    desk.nudge()
    return "answer-banned"


async def unban(pressed: Press) -> str:
    """unban:REPORT lets them in again."""
    job = await _reported_job(pressed)
    async with pressed.desk.database.transaction() as tx:
        await bans.unban(tx, job.user_id)
    return "answer-unbanned"


async def dismiss(pressed: Press) -> str:
    """dismiss:REPORT: there is nothing to do."""
    await _reported_job(pressed)
    return "answer-dismissed"


async def _reported_job(pressed: Press) -> Job:
    """Raises NotYours for whoever is no administrator, TooLate for a report there is not."""
    if pressed.user_id not in pressed.desk.terms.admin_ids:
        raise NotYours
    report = await reports.get(pressed.desk.database, pressed.number(0))
    job = None if report is None else await jobs.get(pressed.desk.database, report.job_id)
    if job is None or report is None or report.reason is None:
        raise TooLate
    return job


ACTIONS: dict[str, Action] = {
    "takedown": take_down,
    "ban": ban,
    "unban": unban,
    "dismiss": dismiss,
}
