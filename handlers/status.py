"""/status: what is being made for this person here."""

from __future__ import annotations

from telegram import Update

from handlers.context import Context, Visit, visit_of
from storage import drafts, jobs


async def show_status(update: Update, context: Context) -> None:
    """One line a job, or what is missing."""
    visit = await visit_of(update, context)
    if visit is not None:
        await visit.reply(await _text(visit))


async def _text(visit: Visit) -> str:
    database = visit.desk.database
    mine = await jobs.open_jobs_of(database, visit.user.id, visit.message.chat_id)
    if mine:
        lines = await visit.desk.progress.lines(mine, visit.texts)
        title = visit.texts.html("status-jobs", count=len(mine))
        return "\n\n".join([title, *lines])
    draft = await drafts.get(database, visit.place)
    if draft.sound is not None and draft.photo is not None:
        return visit.texts.html("status-asked")
    if draft.sound is not None:
        return visit.texts.html("status-sound")
    if draft.photo is not None:
        return visit.texts.html("status-photo")
    return visit.texts.html("status-nothing")
