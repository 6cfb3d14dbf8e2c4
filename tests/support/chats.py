"""What is and what was to be seen in every chat, from the journal of the local Telegram.

What a message said is found there also when it says something else by now, or is gone: nothing
that passes has to be caught.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from bot.sandbox.journal import Journal

BOT_USERNAME = "talking_photo_bot"

Json = dict[str, Any]
Wanted = Callable[[Json], object]

_MEDIA = ("photo", "voice", "video", "video_note", "audio", "document", "sticker")


def text_of(message: Json) -> str:
    """What a person reads on a message."""
    return str(message.get("text") or message.get("caption") or "")


def buttons_of(message: Json) -> dict[str, str]:
    """The buttons under a message: what they say, but for what they cost, and what they send."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    return {
        b["text"].partition(" · ")[0]: b["callback_data"] for b in buttons if "callback_data" in b
    }


def replies_to(message: Json, message_id: int | None) -> bool:
    """Whether it is a reply to that message; anything is one to None."""
    return message_id in (None, message.get("reply_to_message", {}).get("message_id"))


class Chats:
    """Reads on in the journal whenever it is asked."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._last = 0
        self._shown: defaultdict[int, list[Json]] = defaultdict(list)
        self._gone: set[tuple[int, int]] = set()

    def ids(self) -> list[int]:
        """The chats in which anything was ever said."""
        self._read_on()
        return list(self._shown)

    def ever(self, chat_id: int) -> list[Json]:
        """Every message as it was at any time, the newest last."""
        self._read_on()
        return self._shown[chat_id]

    def now(self, chat_id: int) -> list[Json]:
        """The messages that are to be seen now, oldest first."""
        newest = {m["message_id"]: m for m in self.ever(chat_id)}
        return [newest[n] for n in sorted(newest) if (chat_id, n) not in self._gone]

    def find(self, chat_id: int, wanted: Wanted) -> Json | None:
        """The oldest that is to be seen now, or else the newest that ever was."""
        now = next(filter(wanted, self.now(chat_id)), None)
        return now or next(filter(wanted, reversed(self.ever(chat_id))), None)

    def _read_on(self) -> None:
        for event in self._journal.since(self._last):
            assert event["n"] == self._last + 1, "the journal keeps too little for so seldom a look"
            self._last = event["n"]
            if event["type"] in ("message_new", "message_edited"):
                self._shown[event["chat_id"]].append(event["message"])
            elif event["type"] == "message_deleted":
                self._gone.add((event["chat_id"], event["message_id"]))


def lines_of(messages: Iterable[Json]) -> list[str]:
    """How they read: who, in which topic, answering which message, what."""
    messages = list(messages)
    places = {m["message_id"]: n for n, m in enumerate(messages, 1)}
    return [_line(message, places) for message in messages]


def _line(message: Json, places: dict[int, int]) -> str:
    head = f"{places[message['message_id']]}. {_author(message)}"
    if message.get("is_topic_message"):
        opened = places.get(message["message_thread_id"], "?")
        head += f" (topic {opened})"
    replied = message.get("reply_to_message", {})
    if replied and "forum_topic_created" not in replied:
        head += f" (to {places.get(replied['message_id'], 'a deleted message')})"
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = "".join(f"\n   [{' | '.join(b['text'] for b in row)}]" for row in rows)
    return f"{head}: {_content(message)}{buttons}"


def _author(message: Json) -> str:
    sender = message.get("sender_chat")
    return str(sender["title"] if sender else message["from"]["first_name"])


def _content(message: Json) -> str:
    shown = [f"<{kind}>" for kind in _MEDIA if kind in message]
    text = text_of(message).replace("\n", "\n   ")
    if not shown and not text:
        text = _service(message)
    return " ".join([*shown, text]).strip()


def _service(message: Json) -> str:
    """What happened to the chat."""
    if "new_chat_members" in message:
        return f"<in come {', '.join(m['first_name'] for m in message['new_chat_members'])}>"
    if "left_chat_member" in message:
        return f"<out goes {message['left_chat_member']['first_name']}>"
    named = {"from", "sender_chat", "chat", "date", "edits", "deleted", "unseen", "message_id"}
    named |= {"message_thread_id", "is_topic_message", "reply_to_message"}
    return f"<{', '.join(sorted(set(message) - named))}>"
