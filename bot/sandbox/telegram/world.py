"""Everything the local Telegram knows, and the one place where messages come and go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.clock import Clock
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.telegram.bots.bots import Bot, Bots
from bot.sandbox.telegram.callbacks import Callbacks
from bot.sandbox.telegram.chats.chats import Chat, Chats
from bot.sandbox.telegram.chats.privacy import may_see
from bot.sandbox.telegram.files.files import FileStore
from bot.sandbox.telegram.limits import RateLimits
from bot.sandbox.telegram.messages import StoredMessage
from bot.sandbox.telegram.outbox import Outbox
from bot.sandbox.telegram.payments import Payments
from bot.sandbox.telegram.people import OPERATOR_ID, People
from bot.sandbox.telegram.settings import Settings

Json = dict[str, Any]

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """https://core.telegram.org/bots/api#sending-files"""

    upload_bytes: int = 50 * MEGABYTE
    photo_bytes: int = 10 * MEGABYTE
    download_bytes: int = 20 * MEGABYTE


class World:
    """The state of the local Telegram."""

    def __init__(
        self,
        journal: Journal,
        faults: FaultBoard,
        clock: Clock,
        limits: MediaLimits,
        *,
        has_operator: bool = False,
    ) -> None:
        """`has_operator`: whoever runs the bot is there from the beginning, and stays."""
        self._has_operator = has_operator
        self.journal = journal
        self.faults = faults
        self.clock = clock
        self.media_limits = limits
        self.files = FileStore()
        self.people = People()
        self.chats = Chats()
        self.bots = Bots(clock)
        self._begin()

    def _begin(self) -> None:
        self.settings = Settings()
        self.callbacks = Callbacks()
        self.payments = Payments()
        self.outbox = Outbox()
        self._rates: dict[int, RateLimits] = {}
        if self._has_operator:
            self.people.add(OPERATOR_ID, "Olga")
            self.chats.open_private(OPERATOR_ID)

    def reset(self) -> None:
        """Forget people, chats, messages, files, calls and what waits for the bots.

        The bots themselves stay, with their commands and webhooks, as they may be running.
        No id of the time before comes back, but the operator's: a bot may remember it.
        """
        self.files.close()
        self.people.clear()
        self.chats.clear()
        self.bots.clear()
        self.faults.clear("telegram")
        self._begin()

    async def close(self) -> None:
        """End deliveries and remove files."""
        for bot in self.bots:
            await bot.webhook.stop()
        self.files.close()

    def now_seconds(self) -> int:
        """The time as Telegram's dates have it."""
        return self.clock.now_milliseconds() // 1000

    def rates(self, bot: Bot) -> RateLimits:
        """The bot's sending limits."""
        return self._rates.setdefault(bot.bot_id, RateLimits(self.clock))

    def chat_object(self, chat: Chat) -> Json:
        """The Bot API's Chat."""
        person = self.people.find(chat.chat_id)
        if person is not None:
            return person.as_private_chat()
        shown: Json = {"id": chat.chat_id, "type": chat.type, "title": chat.title or ""}
        if chat.is_forum:
            shown["is_forum"] = True
        return shown

    def post(
        self, chat: Chat, sender: Json, content: Json, *, bot_id: int | None = None
    ) -> StoredMessage:
        """A new message in the chat, not yet announced to people nor told to any bot."""
        message_id = next(chat.message_ids)
        body = {
            "message_id": message_id,
            "from": sender,
            "chat": self.chat_object(chat),
            "date": self.now_seconds(),
            **content,
        }
        message = StoredMessage(chat.chat_id, message_id, body, bot_id)
        chat.messages[message_id] = message
        return message

    def announce(self, message: StoredMessage, event_type: str = "message_new") -> None:
        """Tell the page about a message."""
        self.journal.append(event_type, chat_id=message.chat_id, message=message.as_view())

    def tell_of(self, chat: Chat, message: StoredMessage) -> int | None:
        """Queue a person's new message for the bots that may see it, and announce it."""
        update_id = self.tell_bots(chat, "message", message.as_api())
        message.unseen = update_id is None
        self.announce(message)
        return update_id

    def tell_bots(self, chat: Chat, kind: str, content: Json) -> int | None:
        """Queue an update for the chat's bots; its id at the first that sees it, or None."""
        first: int | None = None
        for bot in self._listeners(chat):
            if may_see(chat, kind, content, bot, self.settings):
                update_id = bot.updates.push(kind, content)
                first = update_id if first is None else first
        return first

    def _listeners(self, chat: Chat) -> list[Bot]:
        if not chat.is_group:
            return [self.bots.expected]
        return [bot for bot in self.bots if chat.standing(bot.bot_id, is_bot=True).present]

    def shown_chat(self, chat: Chat) -> Json:
        """The chat as the /sim API shows it."""
        return chat.as_json(self.bots.expected.bot_id, self.people)

    def tell_chat(self, chat: Chat) -> Json:
        """Tell the page what the chat is now; the same as an object."""
        shown = self.shown_chat(chat)
        self.journal.append("chat_changed", chat=shown)
        return shown

    def delete(self, message: StoredMessage) -> None:
        """Take a message away for everybody."""
        message.deleted = True
        self.journal.append(
            "message_deleted", chat_id=message.chat_id, message_id=message.message_id
        )
