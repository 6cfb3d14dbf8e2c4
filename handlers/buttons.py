"""Buttons: `action:argument:…`, each pressed by its owner only and harmless when repeated."""

from __future__ import annotations

import re

from telegram import CallbackQuery, Message, Update

from bot.desk import Desk
from bot.texts import Catalogue
from handlers import (
    consent_buttons,
    crop_buttons,
    forgetting,
    group_settings,
    half_buttons,
    history,
    job_buttons,
    long_voice_buttons,
    moderating,
    next_buttons,
    objecting,
    reporting,
    settings,
    video_buttons,
)
from handlers.context import Context, desk_of, remember, texts_for
from handlers.pressing import Action, Answer, NotForYou, NotYours, Press, TooLate

_DATA = re.compile(r"[a-z]+(?::[A-Za-z0-9_-]{1,32})*")

ACTIONS: dict[str, Action] = {
    **job_buttons.ACTIONS,
    **next_buttons.ACTIONS,
    **objecting.ACTIONS,
    **half_buttons.ACTIONS,
    **video_buttons.ACTIONS,
    **history.ACTIONS,
    **settings.ACTIONS,
    **group_settings.ACTIONS,
    **long_voice_buttons.ACTIONS,
    **consent_buttons.ACTIONS,
    **crop_buttons.ACTIONS,
    **forgetting.ACTIONS,
    **reporting.ACTIONS,
    **moderating.ACTIONS,
}


async def press(update: Update, context: Context) -> None:
    """Do what the button says and answer it; forged and stale ones change nothing."""
    query = update.callback_query
    assert query is not None  # noqa: S101
    desk = desk_of(context)
    if query.message is not None:
        await remember(desk, query.from_user, query.message.chat.id)
    chat_id = query.message.chat.id if query.message else None
    texts = await texts_for(desk, query.from_user, chat_id)
    answer = await _answer(desk, texts, query)
    text = texts.plain(answer.key, **answer.values)
    await desk.sender.answer_callback(query.id, text, alert=answer.alert)


async def _answer(desk: Desk, texts: Catalogue, query: CallbackQuery) -> Answer:
    data = query.data or ""
    name, *arguments = data.split(":")
    action = ACTIONS.get(name) if _DATA.fullmatch(data) else None
    if action is None or query.message is None:
        return Answer("answer-too-late")
    message = query.message
    thread_id = None
    if isinstance(message, Message) and message.is_topic_message:
        thread_id = message.message_thread_id
    pressed = Press(
        desk=desk,
        texts=texts,
        user=query.from_user,
        chat_id=message.chat.id,
        thread_id=thread_id or 0,
        message_id=message.message_id,
        arguments=tuple(arguments),
    )
    try:
        answer = await action(pressed)
    except NotYours:
        return Answer("answer-not-yours")
    except NotForYou:
        return Answer("answer-not-for-you", alert=True)
    except TooLate:
        return Answer("answer-too-late")
    return Answer(answer) if isinstance(answer, str) else answer
