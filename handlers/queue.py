"""/queue: who waits, in order, with one's own place; of others no more than those here know."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Update

from bot.texts.naming import shown_name
from handlers.context import Context, Visit, visit_of
from storage import jobs, people
from storage.jobs import WAITING, Job

_MOST_LINES = 10


async def show_queue(update: Update, context: Context) -> None:
    """The line as it is now."""
    visit = await visit_of(update, context)
    if visit is not None:
        await visit.reply(await _text(visit))


async def _text(visit: Visit) -> str:
    texts = visit.texts
    being_made, waiting = _by_turn(await jobs.open_jobs(visit.desk.database))
    if not being_made and not waiting:
        return texts.html("queue-empty")
    lines = []
    if being_made:
        names = [await _name(visit, job) for job in being_made[:_MOST_LINES]]
        lines.append(texts.html("queue-being-made", names=texts.plain("queue-comma").join(names)))
    if waiting:
        lines.append(texts.html("queue-waiting", count=len(waiting)))
    for place, job in enumerate(waiting, start=1):
        if place <= _MOST_LINES or job.user_id == visit.user.id:
            name = await _name(visit, job)
            key = "queue-own-place" if job.user_id == visit.user.id else "queue-place"
            lines.append(texts.html(key, place=place, name=name))
    return "\n".join(lines)


def _by_turn(open_jobs: Sequence[Job]) -> tuple[list[Job], list[Job]]:
    """What is being made and what waits; the parts of one video are one, by the first of them."""
    wholes = {job.whole_id for job in open_jobs if job.whole_id is not None}
    seen: dict[int, list[Job]] = {}
    for job in open_jobs:
        if job.id not in wholes:
            seen.setdefault(job.whole_id or job.id, []).append(job)
    being_made = [parts[0] for parts in seen.values() if not _all_wait(parts)]
    return being_made, [parts[0] for parts in seen.values() if _all_wait(parts)]


def _all_wait(parts: Sequence[Job]) -> bool:
    return all(job.state in WAITING for job in parts)


async def _name(visit: Visit, job: Job) -> str:
    """First names, and only among those who are in the same group anyway."""
    if job.user_id == visit.user.id:
        return visit.texts.plain("queue-you")
    if job.chat_id != visit.message.chat_id:
        return visit.texts.plain("queue-elsewhere")
    person = await people.find(visit.desk.database, job.user_id)
    return shown_name(person.first_name if person else None, visit.texts)
