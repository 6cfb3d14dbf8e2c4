"""What a group needs under a delivered video, beside what else can be had of it."""

from __future__ import annotations

from bot.pipeline.lending import with_row
from bot.telegram.keyboard import Keyboard
from bot.telegram.pace import is_group
from bot.texts import Catalogue
from storage import loans
from storage.database import Queryable
from storage.jobs import Job


async def with_group_buttons(
    database: Queryable, job: Job, keyboard: Keyboard | None, texts: Catalogue
) -> Keyboard | None:
    """The next video with one press, and a way out for whoever is shown or heard.

    In a private chat the next photo or voice is simply sent, and nobody else is there.
    """
    if not is_group(job.chat_id):
        return keyboard
    keyboard = with_row(
        keyboard,
        (texts.plain("button-new-voice"), f"newvoice:{job.id}"),
        (texts.plain("button-new-face"), f"newface:{job.id}"),
    )
    if await loans.of_job(database, job):
        keyboard = with_row(keyboard, (texts.plain("button-not-me"), f"notme:{job.id}"))
    return keyboard
