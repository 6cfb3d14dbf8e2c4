"""/forget: what is kept of a person; a copy of it, or its end."""

from __future__ import annotations

from telegram import Update

from bot.telegram.keyboard import Keyboard
from handlers.cancelling import cancel_job
from handlers.context import Context, Visit, visit_of
from handlers.legal import FORGET, leads_to_private
from handlers.pressing import Action, Answer, NotYours, Press, TooLate
from storage import export, forgetting, jobs


async def show_forget(update: Update, context: Context) -> None:
    """/forget"""
    visit = await visit_of(update, context)
    if visit is not None:
        await say_what_there_is(visit)


async def say_what_there_is(visit: Visit) -> None:
    """And three buttons; in a group, a link to the private chat."""
    if await leads_to_private(visit, FORGET):
        return
    texts, user_id = visit.texts, visit.user.id
    keyboard = Keyboard.of(
        [(texts.plain("button-data-copy"), f"mydata:{user_id}")],
        [
            (texts.plain("button-forget"), f"forgetme:{user_id}"),
            (texts.plain("button-keep"), f"keepme:{user_id}"),
        ],
    )
    counts = await export.counts_of(visit.desk.database, user_id)
    await visit.reply_once(texts.html("forget-shown", **counts), keyboard)


async def send_copy(pressed: Press) -> str:
    """mydata:PERSON has a copy of everything sent."""
    _check_owner(pressed)
    async with pressed.desk.database.transaction() as tx:
        await export.want(tx, pressed.user_id, pressed.chat_id, pressed.message_id)
    pressed.desk.nudge()
    return "answer-data-copy"


async def forget(pressed: Press) -> str | Answer:
    """forgetme:PERSON stops what waits; the pipeline deletes when nothing is under way."""
    _check_owner(pressed)
    desk, user_id = pressed.desk, pressed.user_id
    async with desk.database.transaction() as tx:
        language = pressed.texts.language
        await forgetting.want(tx, user_id, pressed.chat_id, pressed.message_id, language)
        await forgetting.drop_waiting(tx, user_id)
    for job in await jobs.open_jobs(desk.database):
        if job.user_id == user_id:
            await cancel_job(desk, job)
    desk.nudge()
    return "answer-forgetting"


async def keep(pressed: Press) -> str:
    """keepme:PERSON changes nothing."""
    _check_owner(pressed)
    return "answer-data-stays"


def _check_owner(pressed: Press) -> None:
    """Only in private, where nobody else reads along."""
    if pressed.number(0) != pressed.user_id:
        raise NotYours
    if pressed.chat_id != pressed.user_id:
        raise TooLate


ACTIONS: dict[str, Action] = {"mydata": send_copy, "forgetme": forget, "keepme": keep}
