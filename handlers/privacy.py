"""/privacy, /terms and /forget, and the buttons that agree, decline, copy or delete."""

from __future__ import annotations

from bot.limits import HERE, keep_hours, service_name
from bot.telegram.keyboards import keyboard_of
from handlers.access import require_private
from handlers.button_press import Answer, ButtonPress, NotYours, TooLate
from handlers.context import MessageContext
from handlers.jobs import cancel_all_of, cancel_each
from storage.groups import borrowed_media
from storage.jobs import videos
from storage.people import consents, data_export, deletion

PRIVACY, TERMS, FORGET = "privacy", "terms", "forget"
"""What a link to the private chat asks for."""


async def show_privacy(context: MessageContext) -> None:
    """What is kept, where it goes, how long, who sees it, how to have it deleted."""
    require_private(context, PRIVACY, "privacy-private")
    await context.reply(_privacy(context))


async def show_terms(context: MessageContext) -> None:
    """What may be made, and what happens to what may not."""
    require_private(context, TERMS, "terms-private")
    rules = context.texts.html("terms-text")
    await context.reply(f"{rules}\n\n{_contact(context)}")


def _privacy(context: MessageContext) -> str:
    texts, agreement = context.texts, context.services.limits.agreement
    if agreement.destination == HERE:
        goes = texts.html("privacy-here")
    else:
        goes = texts.html("privacy-service", service=service_name(texts, agreement))
    stays = texts.html("privacy-video", hours=keep_hours(agreement))
    kept = texts.html("privacy-kept", user=str(context.user_id))
    whose = [texts.html("privacy-seen"), texts.html("privacy-rights"), _contact(context)]
    return "\n\n".join([kept, f"{goes} {stays}", *whose])


def _contact(context: MessageContext) -> str:
    contact = context.services.limits.contact
    if contact is None:
        return context.texts.html("contact-by-report")
    return context.texts.html("contact-operator", contact=contact)


async def show_forget(context: MessageContext) -> None:
    """What there is, and three buttons; in a group, the way to the private chat."""
    require_private(context, FORGET, "forget-private")
    texts, user_id = context.texts, context.user_id
    keyboard = keyboard_of(
        [(texts.plain("button-data-copy"), f"mydata:{user_id}")],
        [
            (texts.plain("button-forget"), f"forgetme:{user_id}"),
            (texts.plain("button-keep"), f"keepme:{user_id}"),
        ],
    )
    counts = await data_export.counts_of(context.database, user_id)
    shown = await videos.total_of(context.database, user_id)
    await context.reply_once(texts.html("forget-shown", **counts, videos=shown), keyboard)


async def send_copy(pressed: ButtonPress) -> str:
    """mydata:PERSON has a copy of everything sent."""
    _check_owner(pressed)
    async with pressed.services.recording() as tx:
        await data_export.want(
            tx, pressed.cause, pressed.user_id, pressed.chat_id, pressed.message_id
        )
    return "answer-data-copy"


async def forget(pressed: ButtonPress) -> str | Answer:
    """forgetme:PERSON stops what waits, also what others have made of theirs; the worker deletes
    when nothing is under way.
    """
    _check_owner(pressed)
    services, user_id = pressed.services, pressed.user_id
    async with services.database.transaction() as tx:
        language = pressed.texts.language
        await deletion.want(tx, user_id, pressed.chat_id, pressed.message_id, language)
        await deletion.drop_waiting(tx, user_id)
        stopped = await borrowed_media.stop_everywhere(tx, user_id)
    await cancel_each(services, stopped)
    await cancel_all_of(services, user_id)
    return "answer-forgetting"


async def keep(pressed: ButtonPress) -> str:
    """keepme:PERSON changes nothing."""
    _check_owner(pressed)
    return "answer-data-stays"


def _check_owner(pressed: ButtonPress) -> None:
    """Only in private, where nobody else reads along."""
    if pressed.number(0) != pressed.user_id:
        raise NotYours
    if pressed.chat_id != pressed.user_id:
        raise TooLate


async def agree(pressed: ButtonPress) -> str:
    """agree:FINGERPRINT:PERSON: all that waited for it goes on."""
    if await _is_outdated(pressed):
        return "answer-consent-changed"
    services = pressed.services
    if await deletion.is_wanted(services.database, pressed.user_id):
        return "answer-forgetting"
    async with services.recording() as tx:
        agreement, language = services.limits.agreement, pressed.texts.language
        await consents.give(tx, pressed.user_id, agreement, language)
        await consents.wake(tx, pressed.user_id)
        await consents.answered(tx, pressed.user_id, "agreed")
    return "answer-agreed"


async def decline(pressed: ButtonPress) -> str:
    """decline:FINGERPRINT:PERSON: what waited is dropped; whoever agreed meanwhile has agreed."""
    if await _is_outdated(pressed):
        return "answer-consent-changed"
    services = pressed.services
    if await consents.given(services.database, pressed.user_id, services.limits.agreement):
        return "answer-consent-given"
    async with services.recording() as tx:
        await consents.drop_media(tx, pressed.user_id)
        await consents.answered(tx, pressed.user_id, "declined")
    return "answer-declined"


async def _is_outdated(pressed: ButtonPress) -> bool:
    """An answer to a text that reads differently by now answers nothing: it is asked anew."""
    fingerprint = pressed.word(0)
    if pressed.number(1) != pressed.user_id:
        raise NotYours
    services = pressed.services
    if fingerprint == services.limits.agreement.fingerprint:
        return False
    async with services.recording() as tx:
        await consents.want_questions_anew(tx, pressed.user_id, services.limits.agreement)
    return True
