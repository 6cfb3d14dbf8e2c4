"""/start, /help, and commands there are not."""

from __future__ import annotations

from bot.chat.messenger import LAST_VIDEO
from bot.intake.replies import LONGEST_SECONDS
from handlers import privacy, settings, videos
from handlers.context import Handler, MessageContext
from handlers.quota import allowance_here

PAYLOADS: dict[str, Handler] = {
    settings.PAYLOAD: settings.show_settings,
    videos.PAYLOAD: videos.show_history,
    privacy.PRIVACY: privacy.show_privacy,
    privacy.TERMS: privacy.show_terms,
    privacy.FORGET: privacy.show_forget,
    LAST_VIDEO: videos.send_last,
}
"""What a link to the private chat may ask for instead of the greeting."""


async def start(context: MessageContext) -> None:
    """The greeting: what to send, and how much video there is today."""
    payload = " ".join(context.words)
    asked_for = show_group_help if context.in_group else PAYLOADS.get(payload)
    if asked_for is not None:
        await asked_for(context)
        return
    left = (await allowance_here(context)).left_milliseconds // 100 / 10
    greeting = context.texts.html("start", longest=LONGEST_SECONDS, left=left)
    if payload:
        greeting = "\n\n".join([context.texts.html("start-link-unknown"), greeting])
    await context.reply(greeting)


async def show_help(context: MessageContext) -> None:
    """How it works."""
    await (show_group_help if context.in_group else show_long_help)(context)


async def show_long_help(context: MessageContext) -> None:
    """All of it."""
    await context.reply(context.texts.html("help", longest=LONGEST_SECONDS))


async def show_group_help(context: MessageContext) -> None:
    """The one thing to do, and a button that leads to the rest in the private chat."""
    label = context.texts.plain("button-long-help")
    button = context.services.sender.start_button(label, _HELP)
    await context.reply(context.texts.html("group-help"), button)


_HELP = "help"
PAYLOADS[_HELP] = show_long_help


async def unknown_command(context: MessageContext) -> None:
    """Point at /help."""
    await context.reply(context.texts.html("command-unknown"))
