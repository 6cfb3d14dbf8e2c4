"""/cancel: stop what waits, try to stop what runs, forget what was sent."""

from __future__ import annotations

from telegram import Update

from bot.desk import Desk
from bot.texts import Catalogue
from handlers.context import Context, Visit, visit_of
from storage import drafts, jobs, moves, outcomes
from storage.database import Transaction
from storage.jobs import Job
from storage.outcomes import Outcome


async def cancel(update: Update, context: Context) -> None:
    """All of this person's jobs here, or else the draft."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    outcome = await _outcome(visit, update.update_id)
    for job_id in outcome["stopping"]:
        visit.desk.watch.nudge(job_id)
    visit.desk.nudge()
    await visit.reply(_text(visit.texts, outcome))


async def cancel_job(desk: Desk, job: Job) -> bool:
    """True: it waited and is cancelled. False: the wish is on its way to the provider."""
    async with desk.database.transaction() as tx:
        if await _stop(tx, job, desk.clock.now_milliseconds()):
            return True
    desk.watch.nudge(job.id)
    return False


async def _outcome(visit: Visit, update_id: int) -> Outcome:
    """What this very update did: handled again, it must not drop what was begun after it."""
    now = visit.desk.clock.now_milliseconds()
    async with visit.desk.database.transaction() as tx:
        known = await outcomes.find(tx, update_id, now)
        if known is not None:
            return known
        outcome = await _stop_all(tx, visit, now)
        await outcomes.keep(tx, update_id, outcome, now)
    return outcome


async def _stop_all(tx: Transaction, visit: Visit, now_milliseconds: int) -> Outcome:
    mine = await jobs.open_jobs_of(tx, visit.user.id, visit.message.chat_id)
    stopping = [job.id for job in mine if not await _stop(tx, job, now_milliseconds)]
    forgot = not mine and await drafts.clear(tx, visit.place)
    return {"cancelled": len(mine) - len(stopping), "stopping": stopping, "forgot": forgot}


async def _stop(tx: Transaction, job: Job, now_milliseconds: int) -> bool:
    if await moves.cancel_waiting(tx, job.id, now_milliseconds):
        return True
    await moves.request_cancel(tx, job.id)
    return False


def _text(texts: Catalogue, outcome: Outcome) -> str:
    sentences = []
    if outcome["cancelled"]:
        sentences.append(texts.html("cancel-done", count=outcome["cancelled"]))
    if outcome["stopping"]:
        sentences.append(texts.html("cancel-trying"))
    if not sentences:
        sentences.append(texts.html("cancel-draft" if outcome["forgot"] else "cancel-nothing"))
    return " ".join(sentences)
