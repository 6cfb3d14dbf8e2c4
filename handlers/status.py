"""/status: what is being made for this person here."""

from __future__ import annotations

from telegram import Update

from handlers.context import Context, Visit, visit_of
from storage import drafts, jobs
from storage.drafts import Draft


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
    key = _key(draft)
    return visit.texts.html(_IN_GROUP.get(key, key) if visit.in_group else key)


def _key(draft: Draft) -> str:
    if draft.sound is not None and draft.photo is not None:
        return "status-asked"
    if draft.sound is not None:
        return "status-sound"
    return "status-nothing" if draft.photo is None else "status-photo"


_IN_GROUP = {
    "status-sound": "group-status-sound",
    "status-photo": "group-status-photo",
    "status-nothing": "group-status-nothing",
}
