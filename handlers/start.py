"""/start, /help, and commands there are not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram import Update

from bot.pipeline.conversation import BRING_LAST
from bot.pipeline.wording import LONGEST_SECONDS
from bot.telegram.keyboard import Keyboard
from bot.telegram.links import start_link
from handlers import forgetting, history, last, legal, settings
from handlers.context import Context, Visit, visit_of
from handlers.quota import allowance_here

PAYLOADS: dict[str, Callable[[Visit], Awaitable[None]]] = {
    settings.PAYLOAD: settings.show_menu,
    history.PAYLOAD: history.show_first_page,
    legal.PRIVACY: legal.say_privacy,
    legal.TERMS: legal.say_terms,
    legal.FORGET: forgetting.say_what_there_is,
    BRING_LAST: last.bring,
}
"""What a link to the private chat may ask for instead of the greeting."""


async def start(update: Update, context: Context) -> None:
    """The greeting: what to send, and how much video there is today."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    payload = " ".join(context.args or ())
    asked_for = show_group_help if visit.in_group else PAYLOADS.get(payload)
    if asked_for is not None:
        await asked_for(visit)
        return
    left = (await allowance_here(visit)).left_milliseconds // 100 / 10
    greeting = visit.texts.html("start", longest=LONGEST_SECONDS, left=left)
    if payload:
        greeting = "\n\n".join([visit.texts.html("start-link-unknown"), greeting])
    await visit.reply(greeting)


async def show_help(update: Update, context: Context) -> None:
    """How it works."""
    visit = await visit_of(update, context)
    if visit is not None:
        await (show_group_help if visit.in_group else show_long_help)(visit)


async def show_long_help(visit: Visit) -> None:
    """All of it."""
    await visit.reply(visit.texts.html("help", longest=LONGEST_SECONDS))


async def show_group_help(visit: Visit) -> None:
    """The one thing to do, and a button that leads to the rest in the private chat."""
    link = start_link(visit.message.get_bot().username, _HELP)
    button = Keyboard.link(visit.texts.plain("button-long-help"), link)
    await visit.reply(visit.texts.html("group-help"), button)


_HELP = "help"
PAYLOADS[_HELP] = show_long_help


async def unknown_command(update: Update, context: Context) -> None:
    """Point at /help."""
    visit = await visit_of(update, context)
    if visit is not None:
        await visit.reply(visit.texts.html("command-unknown"))
