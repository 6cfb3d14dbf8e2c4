"""Chats: private ones, groups, forums with topics."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.telegram.chats.standings import Standing, all_permissions
from bot.sandbox.telegram.chats.topics import GENERAL, Topic
from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.messages import StoredMessage

ChatType = Literal["private", "group", "supergroup"]

_FIRST_GROUP_ID = 4_000_000_001
SUPERGROUP_OFFSET = -1_000_000_000_000
_CHANNEL_OFFSET = 1_000_000_000
_MEMBER, _ABSENT = Standing("member"), Standing("left")


@dataclass(slots=True)
class Chat:
    """One chat and its messages, in order."""

    chat_id: int
    type: ChatType
    title: str | None = None
    standings: dict[int, Standing] = field(default_factory=dict)
    has_bots: bool = True
    permissions: dict[str, bool] = field(default_factory=all_permissions)
    slow_mode_seconds: int = 0
    is_forum: bool = False
    general_closed: bool = False
    blocked: bool = False
    migrated_to: int | None = None
    last_bot_id: int | None = None
    last_sent_seconds: dict[int, float] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, StoredMessage] = field(default_factory=dict)
    message_ids: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    @property
    def is_group(self) -> bool:
        """Whether several people may write here."""
        return self.type != "private"

    def standing(self, user_id: int, *, is_bot: bool) -> Standing:
        """What somebody is here; a bot belongs to every group opened with bots."""
        return self.standings.get(user_id) or (_MEMBER if is_bot and self.has_bots else _ABSENT)

    def may(self, user_id: int, right: str, *, is_bot: bool) -> bool:
        """Whether somebody has a right here."""
        return not self.is_group or self.standing(user_id, is_bot=is_bot).may(
            right, self.permissions
        )

    def administers(self, user_id: int) -> bool:
        """Whether that is its owner or an administrator, a person or a bot."""
        return self.standing(user_id, is_bot=False).administers

    @property
    def administrators(self) -> list[int]:
        """Ids of its owner and administrators, people and bots."""
        return sorted(user_id for user_id, one in self.standings.items() if one.administers)

    def channel_id(self, title: str) -> int:
        """The id of the channel of that name: always the same."""
        return SUPERGROUP_OFFSET - _CHANNEL_OFFSET - zlib.crc32(title.encode()) % _CHANNEL_OFFSET

    def as_json(self, bot_id: int, people: Container[int]) -> dict[str, Any]:
        """The chat as the /sim API shows it, with that bot's standing."""
        shown: dict[str, Any] = {
            "chat_id": self.chat_id,
            "type": self.type,
            "members": [one for one in self.standings if one in people and self.has(one)],
            "administrators": self.administrators,
            "blocked": self.blocked,
            "is_forum": self.is_forum,
            "topics": [topic.as_json() for topic in self.topics.values()],
        }
        if self.is_group:
            shown |= self._group_json(bot_id)
        if self.title is not None:
            shown["title"] = self.title
        if self.migrated_to is not None:
            shown["migrated_to"] = self.migrated_to
        return shown

    def _group_json(self, bot_id: int) -> dict[str, Any]:
        bot = self.standing(bot_id, is_bot=True)
        return {
            "bot": {"status": bot.status, "rights": dict(bot.rights)},
            "bot_removed": not bot.present,
            "permissions": dict(self.permissions),
            "slow_mode_seconds": self.slow_mode_seconds,
            "general_closed": self.general_closed,
            "standings": {str(one): what.status for one, what in self.standings.items()},
        }

    def has(self, user_id: int) -> bool:
        """Whether that person is in the chat."""
        return self.standing(user_id, is_bot=False).present

    def live_message(self, message_id: int) -> StoredMessage | None:
        """The message, unless it was deleted or never was."""
        message = self.messages.get(message_id)
        return None if message is None or message.deleted else message


class Chats:
    """All chats, by id."""

    def __init__(self) -> None:
        self._chats: dict[int, Chat] = {}
        self._group_ids = itertools.count(_FIRST_GROUP_ID)
        self._message_ids: dict[int, Iterator[int]] = {}

    def __iter__(self) -> Iterator[Chat]:
        return iter(list(self._chats.values()))

    def clear(self) -> None:
        """Forget all chats; ids are not given again."""
        self._chats.clear()

    def open_private(self, user_id: int) -> Chat:
        """The private chat with a person; its id is the person's."""
        numbers = self._message_ids.setdefault(user_id, itertools.count(1))
        chat = Chat(user_id, "private", standings={user_id: _MEMBER}, message_ids=numbers)
        self._chats[user_id] = chat
        return chat

    def open_group(self, title: str, members: list[int], kind: ChatType) -> Chat:
        """A new group or supergroup; the first member owns it."""
        number = next(self._group_ids)
        chat_id = -number if kind == "group" else SUPERGROUP_OFFSET - number
        standings = dict.fromkeys(members, _MEMBER) | {members[0]: Standing("creator")}
        chat = Chat(chat_id, kind, title=title, standings=standings)
        if kind == "supergroup":
            # Its first message is its making, and a forum's General topic has that id.
            chat.message_ids = itertools.count(GENERAL + 1)
        self._chats[chat_id] = chat
        return chat

    def find(self, chat_id: int) -> Chat | None:
        """The chat, if there is one."""
        return self._chats.get(chat_id)

    def get(self, chat_id: int) -> Chat:
        """The chat; raises Refused."""
        chat = self._chats.get(chat_id)
        if chat is None:
            raise Refused(404, f"There is no chat {chat_id}.")
        return chat
