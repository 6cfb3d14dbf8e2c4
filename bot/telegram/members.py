"""Who somebody is in a group: asked of Telegram, and remembered for a minute."""

from __future__ import annotations

import logging
from collections import OrderedDict
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

REMEMBERED_SECONDS = 60.0
_REMEMBERED_PEOPLE = 1_000

_ASKING = CallPolicy(Urgency.ANSWER, repeatable=True, retry=TELEGRAM_CALL.first(1), floods=1)
_LEAVING = CallPolicy(Urgency.TEXT, repeatable=True)
_ADMINISTRATORS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


class Members:
    """Another process asks for itself: what is remembered here saves questions, no more."""

    def __init__(self, *, bot: Bot, rate_limiter: RateLimiter, clock: Clock) -> None:
        self._bot = bot
        self._calls = Calls(rate_limiter, clock)
        self._clock = clock
        self._known: OrderedDict[tuple[int, int], tuple[bool, float]] = OrderedDict()

    async def administers(self, chat_id: int, user_id: int) -> bool:
        """Whether that is an administrator of this group; no, while Telegram does not tell.

        Bot API, Message.from: the account ANONYMOUS_ADMIN stands for an administrator of the
        group who writes as the group, and for nobody else.
        """
        if not is_group(chat_id):
            return False
        if user_id == ChatID.ANONYMOUS_ADMIN:
            return True
        administers, until_seconds = self._known.get((chat_id, user_id), (False, 0.0))
        if self._clock.steady_seconds() < until_seconds:
            return administers
        return await self._ask(chat_id, user_id)

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

    async def _ask(self, chat_id: int, user_id: int) -> bool:
        ask = partial(self._bot.get_chat_member, chat_id, user_id)
        try:
            member = await self._calls.make(ask, None, _ASKING)
        except TelegramFailure as failure:
            logger.info("rights of %s in chat %s stay unknown: %s", user_id, chat_id, failure)
            return False
        administers = member.status in _ADMINISTRATORS
        self._remember((chat_id, user_id), administers)
        return administers

    def _remember(self, whom: tuple[int, int], administers: bool) -> None:
        until = self._clock.steady_seconds() + REMEMBERED_SECONDS
        self._known[whom] = (administers, until)
        self._known.move_to_end(whom)
        if len(self._known) > _REMEMBERED_PEOPLE:
            self._known.popitem(last=False)


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
