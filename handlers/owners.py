"""/notme and its buttons: whose photo or voice it is says that others are not to use it."""

from __future__ import annotations

from bot.chat.owners import allow_again
from handlers.button_press import Answer, ButtonPress, NotYours, TooLate
from handlers.context import MessageContext
from handlers.jobs import cancel_each
from storage.groups import borrowed_media, chats
from storage.jobs import deliveries, jobs, videos
from storage.jobs.jobs import FINAL, Job


async def notme(context: MessageContext) -> None:
    """/notme: nothing of mine for others here; what is being made of it stops, what came goes."""
    texts, chat_id, user_id = context.texts, context.chat_id, context.user_id
    known = await borrowed_media.objects(context.database, chat_id, user_id)
    async with context.database.transaction() as tx:
        made = await borrowed_media.object_to_all(tx, chat_id, user_id)
        stopped = await deliveries.take_back(tx, made, context.cause)
    await cancel_each(context.services, stopped)
    key = "notme-known" if known else "notme-done"
    await context.reply(texts.html(key), allow_again(user_id, texts))


async def object_by_button(pressed: ButtonPress) -> Answer:
    """notme:JOB stops that video for its owners, and for administrators; a delivered one goes."""
    job = await jobs.get(pressed.database, pressed.number(0))
    used = await borrowed_media.of_job(pressed.database, job) if job else []
    if job is None or not used or not await _is_of_chat(pressed, job):
        raise TooLate
    is_owner = pressed.user_id in [borrowed.owner_id for borrowed in used]
    administers = pressed.services.members.administers
    if not is_owner and not await administers(pressed.chat_id, pressed.user_id):
        raise NotYours
    async with pressed.database.transaction() as tx:
        if is_owner:
            chat_id = job.chat_id or pressed.chat_id
            made = await borrowed_media.object_to_all(tx, chat_id, pressed.user_id)
        else:
            made = await borrowed_media.stop(tx, [borrowed.media_id for borrowed in used])
        same = {one.id for one in await videos.same_as(tx, job)}
        wanted = [one for one in made if one.id in same or one.state not in FINAL]
        stopped = await deliveries.take_back(tx, wanted, pressed.cause)
    await cancel_each(pressed.services, stopped)
    return Answer("answer-objected" if is_owner else "answer-stopped-by-admin", alert=True)


async def _is_of_chat(pressed: ButtonPress, job: Job) -> bool:
    """Whether it was ordered or shown in the chat of the button, whatever id that had then."""
    here = await chats.ids_of(pressed.database, pressed.chat_id)
    return not here.isdisjoint(await videos.chats_of(pressed.database, job))


async def allow(pressed: ButtonPress) -> str:
    """allow:OWNER takes the objection back."""
    owner_id = pressed.number(0)
    if owner_id != pressed.user_id:
        raise NotYours
    if not await pressed.database.do(borrowed_media.allow, pressed.chat_id, owner_id):
        raise TooLate
    return "answer-allowed-again"
