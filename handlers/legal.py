"""/privacy and /terms: at full length in private, one line with a link in groups."""

from __future__ import annotations

from telegram import Update

from bot.pipeline.agreement import HERE, keep_hours, service_name
from bot.telegram.links import start_link
from handlers.context import Context, Visit, visit_of

PRIVACY, TERMS, FORGET = "privacy", "terms", "forget"
"""What a link to the private chat asks for."""


async def show_privacy(update: Update, context: Context) -> None:
    """/privacy"""
    visit = await visit_of(update, context)
    if visit is not None:
        await say_privacy(visit)


async def show_terms(update: Update, context: Context) -> None:
    """/terms"""
    visit = await visit_of(update, context)
    if visit is not None:
        await say_terms(visit)


async def say_privacy(visit: Visit) -> None:
    """What is kept, where it goes, how long, who sees it, how to have it deleted."""
    if not await leads_to_private(visit, PRIVACY):
        await visit.reply(_privacy(visit))


async def say_terms(visit: Visit) -> None:
    """What may be made, and what happens to what may not."""
    if not await leads_to_private(visit, TERMS):
        rules = visit.texts.html("terms-text")
        await visit.reply(f"{rules}\n\n{_contact(visit)}")


async def leads_to_private(visit: Visit, payload: str) -> bool:
    """In a group, answer with a link to the private chat; False where this is the private chat."""
    if not visit.in_group:
        return False
    link = start_link(visit.message.get_bot().username, payload)
    await visit.reply(visit.texts.html(_LINKS[payload], link=link))
    return True


def _privacy(visit: Visit) -> str:
    texts, agreement = visit.texts, visit.desk.terms.agreement
    if agreement.destination == HERE:
        goes = texts.html("privacy-here")
    else:
        goes = texts.html("privacy-service", service=service_name(texts, agreement))
    stays = texts.html("privacy-video", hours=keep_hours(agreement))
    whose = [texts.html("privacy-seen"), texts.html("privacy-rights"), _contact(visit)]
    return "\n\n".join([texts.html("privacy-kept"), f"{goes} {stays}", *whose])


def _contact(visit: Visit) -> str:
    contact = visit.desk.terms.contact
    if contact is None:
        return visit.texts.html("contact-by-report")
    return visit.texts.html("contact-operator", contact=contact)


_LINKS = {
    PRIVACY: "private-link-privacy",
    TERMS: "private-link-terms",
    FORGET: "private-link-forget",
}
