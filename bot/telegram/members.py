"""Who somebody is in a group: asked of Telegram each time; a right that was lost is none."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from telegram import Bot, ChatFullInfo, ChatMember, ChatMemberRestricted, ChatPermissions
from telegram.constants import ChatID, ChatMemberStatus

from bot.clock import Clock
from bot.retry import TELEGRAM_CALL
from bot.telegram.api_calls import CallPolicy, Calls
from bot.telegram.errors import ChatMoved, Refused, TelegramFailure
from bot.telegram.rate_limits import RateLimiter, Urgency, is_group

logger = logging.getLogger(__name__)

# Bot API, "Chat.id" of supergroups: -100 before the digits of their own number.
_SUPERGROUPS_BELOW = -1_000_000_000_000

_ASKING = CallPolicy(Urgency.ANSWER, repeatable=True, retry=TELEGRAM_CALL.first(1), floods=1)
_LEAVING = CallPolicy(Urgency.TEXT, repeatable=True)
_ADMINISTRATORS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


class Members:
    """Asks."""

    def __init__(self, *, bot: Bot, rate_limiter: RateLimiter, clock: Clock) -> None:
        self._bot = bot
        self._calls = Calls(rate_limiter, clock)

    async def administers(self, chat_id: int, user_id: int) -> bool:
        """Whether that is an administrator of this group; no, while Telegram does not tell.

        Bot API, Message.from: the account ANONYMOUS_ADMIN stands for an administrator of the
        group who writes as the group, and for nobody else.
        """
        if not is_group(chat_id):
            return False
        if user_id == ChatID.ANONYMOUS_ADMIN:
            return True
        ask = partial(self._bot.get_chat_member, chat_id, user_id)
        try:
            member = await self._calls.make(ask, None, _ASKING)
        except TelegramFailure as failure:
            logger.info("rights of %s in chat %s stay unknown: %s", user_id, chat_id, failure)
            return False
        return member.status in _ADMINISTRATORS

    async def powers(self, chat_id: int) -> Powers:
        """What the bot itself may do there; asked anew each time.

        Raises: `TelegramFailure`s.
        """

        async def ask() -> Powers:
            me = await self._bot.get_chat_member(chat_id, self._bot.id)
            chat = await self._bot.get_chat(chat_id)
            # Bot API, User.can_read_all_group_messages: privacy mode is off.
            sees = bool(self._bot.bot.can_read_all_group_messages)
            return _powers(me, chat, sees_everything=sees)

        return await self._calls.make(ask, None, _ASKING)

    async def moved_to(self, chat_id: int) -> int | None:
        """The id that this group has since it became a supergroup; None: it did not, or is closed.

        Raises: `TelegramFailure`s that say nothing about it.
        """
        if not _SUPERGROUPS_BELOW <= chat_id < 0:
            return None
        try:
            await self._calls.make(partial(self._bot.get_chat, chat_id), None, _ASKING)
        except ChatMoved as failure:
            return failure.new_chat_id
        except Refused:
            return None
        return None

    async def leave(self, chat_id: int) -> None:
        """Leave the group; raises `TelegramFailure`s."""
        await self._calls.make(partial(self._bot.leave_chat, chat_id), chat_id, _LEAVING)


@dataclass(frozen=True, slots=True)
class Powers:
    """What the bot itself may do in a group, and what keeps it from hearing or answering."""

    writes: bool
    sends_videos: bool
    sees_everything: bool
    slow_mode_seconds: int

    @property
    def lack(self) -> str | None:
        """What it cannot do without: "messages", "videos", or None."""
        if not self.writes:
            return "messages"
        return None if self.sends_videos else "videos"


def _powers(me: ChatMember, chat: ChatFullInfo, *, sees_everything: bool) -> Powers:
    """An administrator may send everything, at any time (Bot API, ChatMemberAdministrator)."""
    if me.status in _ADMINISTRATORS:
        return Powers(writes=True, sends_videos=True, sees_everything=True, slow_mode_seconds=0)
    granted = [
        given
        for given in (chat.permissions, me)
        if isinstance(given, (ChatPermissions, ChatMemberRestricted))
    ]
    delay = chat.slow_mode_delay or 0
    return Powers(
        writes=all(given.can_send_messages is not False for given in granted),
        sends_videos=all(given.can_send_videos is not False for given in granted),
        sees_everything=sees_everything,
        slow_mode_seconds=int(delay.total_seconds() if isinstance(delay, timedelta) else delay),
    )
