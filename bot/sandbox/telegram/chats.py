"""Chats: private ones, groups, forums with topics."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.messages import StoredMessage

ChatType = Literal["private", "group", "supergroup"]

_FIRST_GROUP_ID = 4_000_000_001
SUPERGROUP_OFFSET = -1_000_000_000_000


@dataclass(slots=True)
class Topic:
    """A forum's topic; its id is that of the message that opened it."""

    message_thread_id: int
    name: str
    closed: bool = False

    def as_json(self) -> dict[str, Any]:
        """The topic as the /sim API shows it."""
        return {
            "message_thread_id": self.message_thread_id,
            "name": self.name,
            "closed": self.closed,
        }


@dataclass(slots=True)
class Chat:
    """One chat and its messages, in order."""

    chat_id: int
    type: ChatType
    title: str | None = None
    members: list[int] = field(default_factory=list)
    administrators: set[int] = field(default_factory=set)
    is_forum: bool = False
    blocked: bool = False
    bot_removed: bool = False
    migrated_to: int | None = None
    last_bot_id: int | None = None
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, StoredMessage] = field(default_factory=dict)
    message_ids: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    @property
    def is_group(self) -> bool:
        """Whether several people may write here."""
        return self.type != "private"

    def as_json(self) -> dict[str, Any]:
        """The chat as the /sim API shows it."""
        shown: dict[str, Any] = {
            "chat_id": self.chat_id,
            "type": self.type,
            "members": list(self.members),
            "administrators": sorted(self.administrators),
            "blocked": self.blocked,
            "bot_removed": self.bot_removed,
            "is_forum": self.is_forum,
            "topics": [topic.as_json() for topic in self.topics.values()],
        }
        if self.title is not None:
            shown["title"] = self.title
        if self.migrated_to is not None:
            shown["migrated_to"] = self.migrated_to
        return shown

    def live_message(self, message_id: int) -> StoredMessage | None:
        """The message, unless it was deleted or never was."""
        message = self.messages.get(message_id)
        return None if message is None or message.deleted else message


class Chats:
    """All chats, by id."""

    def __init__(self) -> None:
        self._chats: dict[int, Chat] = {}
        self._group_ids = itertools.count(_FIRST_GROUP_ID)

    def __iter__(self) -> Iterator[Chat]:
        return iter(list(self._chats.values()))

    def clear(self) -> None:
        """Forget all chats; ids are not given again."""
        self._chats.clear()

    def open_private(self, user_id: int) -> Chat:
        """The private chat with a person; its id is the person's."""
        chat = Chat(user_id, "private", members=[user_id])
        self._chats[user_id] = chat
        return chat

    def open_group(self, title: str, members: list[int], kind: ChatType) -> Chat:
        """A new group or supergroup; the first member is its administrator."""
        number = next(self._group_ids)
        chat_id = -number if kind == "group" else SUPERGROUP_OFFSET - number
        chat = Chat(chat_id, kind, title=title, members=members, administrators=set(members[:1]))
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
