"""/notme and its buttons: whose photo or voice it is says that others are not to use it."""

from __future__ import annotations

from bot.chat.owners import allow_again
from handlers.access import is_admin
from handlers.button_press import Answer, ButtonPress, NotYours, TooLate
from handlers.context import MessageContext, UpdateContext
from handlers.jobs import cancel_each
from storage.groups import borrowed_media, chats
from storage.jobs import jobs, videos
from storage.jobs.jobs import Job


async def notme(context: MessageContext) -> None:
    """/notme: nothing of mine for others here, and what is being made of it stops."""
    texts, chat_id, user_id = context.texts, context.chat_id, context.user_id
    known = await borrowed_media.objects(context.database, chat_id, user_id)
    await _object(context, chat_id)
    key = "notme-known" if known else "notme-done"
    await context.reply(texts.html(key), allow_again(user_id, texts))


async def object_by_button(pressed: ButtonPress) -> Answer:
    """notme:JOB stops that video for its owners, and for administrators; a delivered one goes."""
    services, here = pressed.services, pressed.chat_id
    job = await jobs.get(services.database, pressed.number(0))
    used = await borrowed_media.of_job(services.database, job) if job else []
    if job is None or not used:
        raise TooLate
    if (await chats.ids_of(services.database, here)).isdisjoint(
        await videos.chats_of(services.database, job)
    ):
        raise TooLate
    if pressed.user_id in [borrowed.owner_id for borrowed in used]:
        await _object(pressed, job.chat_id or here)
        return Answer("answer-objected", alert=True)
    if not await is_admin(services, here, pressed.user_id):
        raise NotYours
    await _stop(pressed, [borrowed.media_id for borrowed in used])
    return Answer("answer-stopped-by-admin", alert=True)


async def allow(pressed: ButtonPress) -> str:
    """allow:OWNER takes the objection back."""
    owner_id = pressed.number(0)
    if owner_id != pressed.user_id:
        raise NotYours
    async with pressed.database.transaction() as tx:
        if not await borrowed_media.allow(tx, pressed.chat_id, owner_id):
            raise TooLate
    return "answer-allowed-again"


async def _object(context: UpdateContext, chat_id: int) -> None:
    async with context.database.transaction() as tx:
        stopped = await borrowed_media.object_to_all(tx, chat_id, context.user_id, context.cause)
    await cancel_each(context.services, stopped)


async def _stop(context: UpdateContext, media_ids: list[int]) -> None:
    stopped: list[Job] = []
    async with context.database.transaction() as tx:
        for media_id in media_ids:
            stopped += await borrowed_media.stop(tx, media_id, context.cause)
    await cancel_each(context.services, stopped)
