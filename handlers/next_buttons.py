"""Buttons under a video in a group: the same face with a new voice, the same voice with a new face.

In a private chat one simply sends the next one; here it has to answer a message of the bot.
"""

from __future__ import annotations

from bot.media.lengths import LONGEST_MILLISECONDS
from bot.pipeline.group_wording import ask_for
from bot.telegram.errors import SendUnknown
from handlers.job_buttons import job_to_use
from handlers.pressing import Action, Press, TooLate
from storage import answers, drafts, loans, media
from storage.jobs import Job
from storage.media import Media, MediaState, Place


async def new_voice(pressed: Press) -> str:
    """newvoice:JOB asks for another voice for that job's photo."""
    job = await job_to_use(pressed)
    return await _ask(pressed, job, job.photo_id, job.sound_id)


async def new_face(pressed: Press) -> str:
    """newface:JOB asks for another photo for that job's voice."""
    job = await job_to_use(pressed)
    return await _ask(pressed, job, job.sound_id, job.photo_id)


async def _ask(pressed: Press, job: Job, kept_id: int, replaced_id: int) -> str:
    kept = await media.get(pressed.desk.database, kept_id)
    if kept is None or kept.state != MediaState.READY:
        raise TooLate
    if not await loans.may_use(pressed.desk.database, kept):
        return "answer-not-lent"
    replaced = await media.get(pressed.desk.database, replaced_id)
    now = pressed.desk.clock.now_milliseconds()
    place = Place(job.chat_id, pressed.thread_id, pressed.user_id)
    async with pressed.desk.database.transaction() as tx:
        if replaced is not None:
            await drafts.drop(tx, replaced)
        await drafts.put(tx, kept, now, place=place)
        await answers.want(tx, kept.id, now)
    sound = await media.get(pressed.desk.database, job.sound_id)
    await _open_reply_field(pressed, job, kept, sound)
    return "answer-see-below"


async def _open_reply_field(pressed: Press, job: Job, kept: Media, sound: Media | None) -> None:
    """As the answer to a message of theirs: only so Telegram opens the field of that person."""
    texts, wanted = pressed.texts, "sound" if kept.is_photo else "photo"
    key = "group-ask-voice" if kept.is_photo else "group-ask-photo"
    values = {"longest": LONGEST_MILLISECONDS / 1000} if kept.is_photo else {}
    try:
        await pressed.desk.sender.send_text(
            job.chat_id,
            texts.html(key, **values),
            keyboard=ask_for(wanted, texts),
            reply_to=(sound.message_id or None) if sound else None,
            thread_id=pressed.thread_id or None,
        )
    except SendUnknown:  # rather lost than said twice: the button is still there
        return


ACTIONS: dict[str, Action] = {"newvoice": new_voice, "newface": new_face}
