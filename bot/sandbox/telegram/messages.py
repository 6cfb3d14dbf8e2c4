"""A message as the local Telegram keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# What a reply shows of the message it answers: everything but that message's own reply and buttons.
_NOT_IN_A_REPLY = frozenset({"reply_to_message"})


@dataclass(slots=True)
class StoredMessage:
    """`body` is the Bot API's Message without `reply_markup`, which edits replace as a whole."""

    chat_id: int
    message_id: int
    body: Json
    bot_id: int | None = None
    inline_keyboard: Json | None = None
    reply_keyboard: Json | None = None
    reactions: list[Json] = field(default_factory=list)
    edits: int = 0
    deleted: bool = False
    # Whether the bot people talk to did not get it: privacy mode, or no bot in the chat.
    unseen: bool = False
    invoice_payload: str = ""

    def as_api(self) -> Json:
        """The Message object a bot gets."""
        if self.inline_keyboard is None:
            return dict(self.body)
        return {**self.body, "reply_markup": self.inline_keyboard}

    def as_reply_target(self) -> Json:
        """The Message object inside `reply_to_message`."""
        return {k: v for k, v in self.as_api().items() if k not in _NOT_IN_A_REPLY}

    def as_view(self) -> Json:
        """The message as the person sees it."""
        view = {**self.as_api(), "edits": self.edits, "deleted": self.deleted}
        if self.unseen:
            view["unseen"] = True
        if self.reply_keyboard is not None:
            view["reply_keyboard"] = self.reply_keyboard
        if self.reactions:
            view["reactions"] = self.reactions
        return view

    def has_button(self, callback_data: str) -> bool:
        """Whether the message shows a button with this data."""
        rows = (self.inline_keyboard or {}).get("inline_keyboard", [])
        return any(button.get("callback_data") == callback_data for row in rows for button in row)
