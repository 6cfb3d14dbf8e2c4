"""The operator's answer to the question which task is a job's: /adopt and /release."""

from __future__ import annotations

from telegram import Update

from handlers.context import Context, Visit, visit_of
from handlers.start import unknown_command
from storage import candidates
from storage.candidates import Answer

_LARGEST_JOB = 2**63 - 1


async def adopt(update: Update, context: Context) -> None:
    """/adopt JOB TASK: the job goes on with this task."""
    visit = await _visit_of_admin(update, context)
    if visit is None:
        return
    words = context.args or []
    job_id = _job_in(words, 2)
    if job_id is None:
        await visit.reply(visit.texts.html("adopt-usage"))
        return
    async with visit.desk.database.transaction() as tx:
        now = visit.desk.clock.now_milliseconds()
        answer = await candidates.adopt(tx, job_id, words[1], now)
    await _reply(visit, answer, "adopt-done", job_id, words[1])


async def release(update: Update, context: Context) -> None:
    """/release JOB: no task is its own, or none is wanted; it ends without charge."""
    visit = await _visit_of_admin(update, context)
    if visit is None:
        return
    job_id = _job_in(context.args or [], 1)
    if job_id is None:
        await visit.reply(visit.texts.html("release-usage"))
        return
    async with visit.desk.database.transaction() as tx:
        now = visit.desk.clock.now_milliseconds()
        answer = await candidates.release(tx, job_id, "failed-released", now)
    await _reply(visit, answer, "release-done", job_id)


async def _visit_of_admin(update: Update, context: Context) -> Visit | None:
    visit = await visit_of(update, context)
    if visit is None or visit.user.id in visit.desk.terms.admin_ids:
        return visit
    await unknown_command(update, context)
    return None


def _job_in(words: list[str], count: int) -> int | None:
    """The job's number, where there are so many words."""
    if len(words) != count or not (words[0].isascii() and words[0].isdigit()):
        return None
    number = int(words[0][:20])
    return number if number <= _LARGEST_JOB else None


async def _reply(visit: Visit, answer: Answer, done: str, job_id: int, task_id: str = "") -> None:
    match answer:
        case Answer.DONE:
            visit.desk.nudge()
            text = visit.texts.html(done, job=str(job_id), task=task_id)
        case Answer.NOT_LISTED:
            text = visit.texts.html("adopt-not-listed", job=str(job_id), task=task_id)
        case Answer.NOT_ASKED:
            text = visit.texts.html("adopt-not-asked", job=str(job_id))
    await visit.reply(text)
