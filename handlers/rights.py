"""Who may do what in a group."""

from __future__ import annotations

from bot.desk import Desk
from bot.telegram.pace import is_group
from storage import groups


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
