"""A sender that writes down what would be said."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.telegram.keyboard import AskReply, Keyboard
from bot.telegram.outgoing import SentMessage
from bot.telegram.sender import Sender


@dataclass
class Said:
    """One message as it stands."""

    chat_id: int
    text: str
    buttons: list[str]


class Paper(Sender):
    """Takes the place of Telegram; `messages` is what stands there, by number."""

    def __init__(self) -> None:
        self.messages: dict[int, Said] = {}

    def to(self, chat_id: int) -> list[str]:
        return [said.text for said in self.messages.values() if said.chat_id == chat_id]

    async def send_text(
        self,
        chat_id: int,
        text: str,
        *,
        keyboard: Keyboard | AskReply | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
        stray_note: str = "",
        patience_seconds: float = math.inf,
    ) -> SentMessage:
        del reply_to, thread_id, stray_note, patience_seconds
        message_id = len(self.messages) + 1
        self.messages[message_id] = _said(chat_id, text, keyboard)
        return SentMessage(chat_id, message_id)

    async def edit_text(
        self, chat_id: int, message_id: int, text: str, *, keyboard: Keyboard | None = None
    ) -> None:
        self.messages[message_id] = _said(chat_id, text, keyboard)

    def progress(
        self, chat_id: int, message_id: int, text: str, *, keyboard: Keyboard | None = None
    ) -> None:
        self.messages[message_id] = _said(chat_id, text, keyboard)


def _said(chat_id: int, text: str, keyboard: Keyboard | AskReply | None) -> Said:
    rows = keyboard.rows if isinstance(keyboard, Keyboard) else ()
    return Said(chat_id, text, [button.text for row in rows for button in row])
