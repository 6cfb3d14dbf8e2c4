"""What belongs into the private chat: a group is shown the way there."""

from __future__ import annotations

from bot.telegram.keyboard import Keyboard
from handlers.context import Visit


async def is_private(visit: Visit, payload: str, *, text: str, button: str) -> bool:
    """Whether they are alone; elsewhere a button leads to /start with that payload."""
    if visit.message.chat_id == visit.user.id:
        return True
    link = visit.desk.sender.start_link(payload)
    keyboard = Keyboard.link(visit.texts.plain(button), link)
    await visit.reply_once(visit.texts.html(text), keyboard)
    return False
