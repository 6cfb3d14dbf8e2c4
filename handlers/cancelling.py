"""/cancel: stop what waits, try to stop what runs, forget what was sent."""

from __future__ import annotations

from telegram import Update

from bot.desk import Desk
from handlers.context import Context, Visit, visit_of
from storage import drafts, jobs, moves
from storage.jobs import Job


async def cancel(update: Update, context: Context) -> None:
    """All of this person's jobs here, or else the draft."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    mine = await jobs.open_jobs_of(visit.desk.database, visit.user.id, visit.message.chat_id)
    stopped = [await cancel_job(visit.desk, job) for job in mine]
    visit.desk.nudge()
    await visit.reply(await _text(visit, stopped))


async def cancel_job(desk: Desk, job: Job) -> bool:
    """True: it waited and is cancelled. False: the wish is on its way to the provider."""
    async with desk.database.transaction() as tx:
        if await moves.cancel_waiting(tx, job.id, desk.clock.now_milliseconds()):
            return True
        await moves.request_cancel(tx, job.id)
    desk.watch.nudge(job.id)
    return False


async def _text(visit: Visit, stopped: list[bool]) -> str:
    texts = visit.texts
    if not stopped:
        async with visit.desk.database.transaction() as tx:
            forgot = await drafts.clear(tx, visit.place)
        return texts.html("cancel-draft" if forgot else "cancel-nothing")
    sentences = []
    if any(stopped):
        sentences.append(texts.html("cancel-done", count=sum(stopped)))
    if not all(stopped):
        sentences.append(texts.html("cancel-trying"))
    return " ".join(sentences)
