"""/notme and its buttons: whose photo or voice it is says that others are not to use it."""

from __future__ import annotations

from bot.chat.owners import allow_again
from bot.delivery.remove_video import remove_video
from bot.services import Services
from bot.telegram.errors import TryAgain
from handlers.access import is_admin
from handlers.button_press import Answer, ButtonPress, NotYours, TooLate
from handlers.context import MessageContext
from handlers.jobs import cancel_job
from storage.groups import borrowed_media
from storage.jobs import jobs
from storage.jobs.jobs import FINAL, Job


async def notme(context: MessageContext) -> None:
    """/notme: nothing of mine for others here, and what is being made of it stops."""
    texts, chat_id, user_id = context.texts, context.chat_id, context.user_id
    known = await borrowed_media.objects(context.database, chat_id, user_id)
    await _object(context.services, chat_id, user_id)
    key = "notme-known" if known else "notme-done"
    await context.reply(texts.html(key), allow_again(user_id, texts))


async def object_by_button(pressed: ButtonPress) -> Answer:
    """notme:JOB stops that video for its owners, and for administrators; a delivered one goes."""
    services = pressed.services
    job = await jobs.get(services.database, pressed.number(0))
    used = await borrowed_media.of_job(services.database, job) if job else []
    if job is None or not used or job.chat_id != pressed.chat_id:
        raise TooLate
    if pressed.user_id in [borrowed.owner_id for borrowed in used]:
        await _object(services, job.chat_id, pressed.user_id)
        key = "answer-objected"
    elif await is_admin(services, pressed.chat_id, pressed.user_id):
        await _stop(services, [borrowed.media_id for borrowed in used])
        key = "answer-stopped-by-admin"
    else:
        raise NotYours
    if job.state in FINAL and not await _remove(services, job):
        key = "answer-video-stays"
    return Answer(key, alert=True)


async def allow(pressed: ButtonPress) -> str:
    """allow:OWNER takes the objection back."""
    owner_id = pressed.number(0)
    if owner_id != pressed.user_id:
        raise NotYours
    async with pressed.database.transaction() as tx:
        if not await borrowed_media.allow(tx, pressed.chat_id, owner_id):
            raise TooLate
    return "answer-allowed-again"


async def _object(services: Services, chat_id: int, owner_id: int) -> None:
    async with services.database.transaction() as tx:
        stopped = await borrowed_media.object_to_all(tx, chat_id, owner_id)
    await _cancel(services, stopped)


async def _stop(services: Services, media_ids: list[int]) -> None:
    stopped: list[Job] = []
    async with services.database.transaction() as tx:
        for media_id in media_ids:
            stopped += await borrowed_media.stop(tx, media_id)
    await _cancel(services, stopped)


async def _cancel(services: Services, stopped: list[Job]) -> None:
    """What cannot be stopped any more is not shown: see `bot.delivery.deliver`."""
    for job in stopped:
        await cancel_job(services, job)
    services.wakeup()


async def _remove(services: Services, job: Job) -> bool:
    """Telegram lets a bot delete its own messages for 48 hours."""
    try:
        return not await remove_video(services, job)
    except TryAgain:  # whoever pressed is told, and presses again
        return False
