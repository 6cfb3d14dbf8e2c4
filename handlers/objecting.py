"""/notme and its buttons: whose photo or voice it is says that others are not to use it."""

from __future__ import annotations

from telegram import Update

from bot.desk import Desk
from bot.pipeline.lending import allow_again
from bot.pipeline.removal import remove_video
from bot.telegram.errors import TryAgain
from handlers.cancelling import cancel_job
from handlers.context import Context, visit_of
from handlers.pressing import Action, Answer, NotYours, Press, TooLate
from handlers.rights import is_admin
from storage import jobs, loans
from storage.jobs import Job, JobState


async def notme(update: Update, context: Context) -> None:
    """/notme: nothing of mine for others here, and what is being made of it stops."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    texts, chat_id, user_id = visit.texts, visit.message.chat_id, visit.user.id
    known = await loans.objects(visit.desk.database, chat_id, user_id)
    await _object(visit.desk, chat_id, user_id)
    key = "notme-known" if known else "notme-done"
    await visit.reply(texts.html(key), allow_again(user_id, texts))


async def press_notme(pressed: Press) -> Answer:
    """notme:JOB stops that video for its owners, and for administrators; a delivered one goes."""
    desk = pressed.desk
    job = await jobs.get(desk.database, pressed.number(0))
    lent = await loans.of_job(desk.database, job) if job else []
    if job is None or not lent or job.chat_id != pressed.chat_id:
        raise TooLate
    if pressed.user_id in [loan.owner_id for loan in lent]:
        await _object(desk, job.chat_id, pressed.user_id)
        key = "answer-objected"
    elif await is_admin(desk, pressed.chat_id, pressed.user_id):
        await _stop(desk, [loan.media_id for loan in lent])
        key = "answer-stopped-by-admin"
    else:
        raise NotYours
    if job.state == JobState.DONE and not await _remove(desk, job):
        key = "answer-video-stays"
    return Answer(key, alert=True)


async def lend(pressed: Press) -> str:
    """lend:OWNER takes the objection back."""
    owner_id = pressed.number(0)
    if owner_id != pressed.user_id:
        raise NotYours
    async with pressed.desk.database.transaction() as tx:
        if not await loans.allow(tx, pressed.chat_id, owner_id):
            raise TooLate
    return "answer-lent"


async def _object(desk: Desk, chat_id: int, owner_id: int) -> None:
    async with desk.database.transaction() as tx:
        now = desk.clock.now_milliseconds()
        stopped = await loans.object_to_all(tx, chat_id, owner_id, now)
    await _cancel(desk, stopped)


async def _stop(desk: Desk, media_ids: list[int]) -> None:
    stopped: list[Job] = []
    async with desk.database.transaction() as tx:
        for media_id in media_ids:
            stopped += await loans.stop(tx, media_id, desk.clock.now_milliseconds())
    await _cancel(desk, stopped)


async def _cancel(desk: Desk, stopped: list[Job]) -> None:
    """What cannot be stopped any more is not shown: see `bot.pipeline.delivery`."""
    for job in stopped:
        await cancel_job(desk, job)
    desk.nudge()


async def _remove(desk: Desk, job: Job) -> bool:
    """Telegram lets a bot delete its own messages for 48 hours."""
    try:
        return await remove_video(desk.sender, job)
    except TryAgain:  # whoever pressed is told, and presses again
        return False


ACTIONS: dict[str, Action] = {"notme": press_notme, "lend": lend}
