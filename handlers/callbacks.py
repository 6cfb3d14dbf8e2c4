"""The table of buttons: `action:argument:…`, each harmless when repeated, old or forged."""

from __future__ import annotations

import re
from functools import partial

from telegram import CallbackQuery, Update

from bot.delivery.earlier_videos import WantedAs
from bot.gate import RuleRefused
from bot.services import Services
from bot.texts import Catalogue
from handlers import (
    group_settings,
    jobs,
    media_questions,
    owners,
    privacy,
    reports,
    settings,
    videos,
)
from handlers.button_press import (
    ANSWERS,
    IN_A_DIALOG,
    Action,
    Answer,
    ButtonPress,
    NotYours,
    TooLate,
)
from handlers.context import Context, destination_of, remember, services_of, texts_for

_DATA = re.compile(r"[a-z]+(?::[A-Za-z0-9_-]{1,32})*")

BUTTONS: dict[str, Action] = {
    "gset": group_settings.change,
    "cancel": jobs.cancel_by_button,
    "retry": jobs.retry_by_button,
    "check": media_questions.check,
    "cut": media_questions.cut,
    "goon": media_questions.go_on,
    "parts": media_questions.in_parts,
    "notnow": media_questions.not_now,
    "pick": media_questions.pick,
    "clip": media_questions.use_clip,
    "reopen": media_questions.reopen,
    "again": media_questions.same_voice,
    "spend": media_questions.spend,
    "crop": media_questions.use_crop,
    "allow": owners.allow,
    "notme": owners.object_by_button,
    "agree": privacy.agree,
    "decline": privacy.decline,
    "forgetme": privacy.forget,
    "keepme": privacy.keep,
    "mydata": privacy.send_copy,
    "ban": reports.ban,
    "dismiss": reports.dismiss,
    "report": reports.give_reason,
    "takedown": reports.take_down,
    "unban": reports.unban,
    "setting": settings.change,
    "settings": settings.open_menu,
    "finer": videos.finer,
    "newface": videos.new_face,
    "newvoice": videos.new_voice,
    "history": videos.turn,
    "resend": partial(videos.resend, wanted_as=WantedAs.VIDEO),
    "video": partial(videos.resend, wanted_as=WantedAs.VIDEO),
    "note": partial(videos.resend, wanted_as=WantedAs.NOTE),
}


async def answer_button(update: Update, context: Context) -> None:
    """Do what the button says and answer it; forged and stale ones change nothing."""
    query = update.callback_query
    assert query is not None  # noqa: S101
    services = services_of(context)
    if query.message is not None:
        await remember(services, query.from_user, query.message.chat.id)
    chat_id = query.message.chat.id if query.message else None
    texts = await texts_for(services, query.from_user, chat_id)
    answer = await answer_of(services, texts, query, update.update_id)
    text = texts.plain(answer.key, **answer.values)
    await services.sender.answer_callback(query.id, text, alert=answer.alert)


async def answer_of(
    services: Services, texts: Catalogue, query: CallbackQuery, update_id: int
) -> Answer:
    """What the button comes to: what is unknown, or has another form, has expired."""
    data = query.data or ""
    name, *arguments = data.split(":")
    action = BUTTONS.get(name) if _DATA.fullmatch(data) else None
    if action is None or query.message is None:
        return Answer("answer-too-late")
    pressed = ButtonPress(
        services=services,
        texts=texts,
        user=query.from_user,
        destination=destination_of(query.message),
        arguments=tuple(arguments),
        update_id=update_id,
    )
    try:
        answer = await action(pressed)
    except NotYours:
        return Answer("answer-not-yours")
    except RuleRefused as refusal:
        rule = refusal.rule
        return Answer(ANSWERS[rule], {**refusal.values}, alert=rule in IN_A_DIALOG)
    except TooLate:
        return Answer("answer-too-late")
    return Answer(answer) if isinstance(answer, str) else answer
