"""What only the operator can do; to everyone else these commands do not exist."""

from __future__ import annotations

from telegram import Update

from handlers.context import Context, visit_of
from handlers.start import unknown_command


async def resume(update: Update, context: Context) -> None:
    """/resume: try at once whether the provider serves again."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    if visit.user.id not in visit.desk.terms.admin_ids:
        await unknown_command(update, context)
        return
    trying = await visit.desk.stops.resume(asked=True)
    await visit.reply(visit.texts.html("resume-trying" if trying else "resume-nothing"))
    visit.desk.nudge()
