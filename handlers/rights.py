"""Who may do what in a group."""

from __future__ import annotations

from bot.desk import Desk
from bot.telegram.pace import is_group
from handlers.pressing import NotForYou, Press, TooLate
from storage import chats, groups


async def is_admin(desk: Desk, chat_id: int, user_id: int) -> bool:
    """Whether that is an administrator of this group; no, while Telegram does not tell.

    Those who write as the group itself are; nobody is in a private chat.
    """
    return await desk.members.administers(chat_id, user_id)


async def may_use(desk: Desk, chat_id: int, user_id: int) -> bool:
    """Whether the group's settings let this person have videos made there."""
    if not is_group(chat_id):
        return True
    who = (await groups.settings_of(desk.database, chat_id)).who
    if who == "all":
        return True
    if who == "list" and user_id in await groups.guests_of(desk.database, chat_id):
        return True
    return await is_admin(desk, chat_id, user_id)


async def require_use(pressed: Press, chat_id: int) -> None:
    """Before a press has a video made in that chat: by the rules as they are now.

    It has to be the chat in which the button is: whoever is banned, and a group that is not
    allowed, were stopped there. A group that became a supergroup has buttons under its old id.

    Raises: NotForYou, TooLate.
    """
    desk = pressed.desk
    if pressed.chat_id not in (chat_id, await chats.former_id(desk.database, chat_id)):
        raise TooLate
    if not await may_use(desk, chat_id, pressed.user_id):
        raise NotForYou
