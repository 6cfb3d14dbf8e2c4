"""What is said where a photo or a voice is somebody else's: who that is, and how to remove it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.receipt import charge_text
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.texts import Catalogue, Markup
from bot.texts.naming import mention
from storage.db.database import Queryable
from storage.groups import borrowed_media
from storage.groups.borrowed_media import BorrowedMedia
from storage.jobs.jobs import Job
from storage.people import people


async def mention_of(database: Queryable, user_id: int, texts: Catalogue) -> Markup:
    """The person's name so that Telegram tells them, as far as they are known."""
    person = await people.find(database, user_id)
    first_name, username = (person.first_name, person.username) if person else (None, None)
    return mention(user_id, first_name, username, texts)


async def with_owners(
    database: Queryable, text: str, key: str, used: Sequence[BorrowedMedia], texts: Catalogue
) -> str:
    """The text, and a line (of that key) for each person of whom something is used."""
    lines = [text]
    for owner_id in dict.fromkeys(borrowed.owner_id for borrowed in used):
        if owner_id is not None:
            owner = await mention_of(database, owner_id, texts)
            lines.append(texts.html(key, owner=owner))
    return "\n".join(lines)


async def on_status(
    database: Queryable, job: Job, text: str, keyboard: Keyboard | None, texts: Catalogue
) -> tuple[str, Keyboard | None]:
    """A job's status with what its owners have to know, and their button."""
    used = await borrowed_media.of_job(database, job)
    if not used:
        return text, keyboard
    if any(borrowed.stopped_at_milliseconds for borrowed in used):
        return texts.html("job-objected"), None
    text = await with_owners(database, text, "borrowed-used", used, texts)
    button = keyboard_of([(texts.plain("button-not-me"), f"notme:{job.id}")])
    rows = keyboard.inline_keyboard if keyboard else ()
    return text, Keyboard((*rows, *button.inline_keyboard))


async def on_stopped(
    database: Queryable, job: Job, texts: Catalogue
) -> tuple[str, Keyboard | None]:
    """The end of a job that must not be shown; owners can take their objection back."""
    keyboard: Keyboard | None = None
    used = await borrowed_media.of_job(database, job)
    for borrowed in used:
        if borrowed.owner_id and await borrowed_media.objects(
            database, job.chat_id, borrowed.owner_id
        ):
            keyboard = allow_again(borrowed.owner_id, texts)
    charged = await charge_text(database, job, texts)
    is_stopped = any(borrowed.stopped_at_milliseconds for borrowed in used)
    key = "failed-objected" if is_stopped else "failed-withdrawn"
    return texts.html(key, charged=charged), keyboard


def allow_again(owner_id: int, texts: Catalogue) -> Keyboard:
    """The owner's button to take an objection back."""
    return keyboard_of([(texts.plain("button-allow-again"), f"allow:{owner_id}")])
