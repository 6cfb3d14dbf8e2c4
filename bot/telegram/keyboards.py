"""Buttons, reply fields and links to /start, and what Telegram's types make of them."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

CALLBACK_DATA_LIMIT_BYTES = 64  # Bot API: InlineKeyboardButton.callback_data


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Rows of buttons; no rows means no keyboard."""

    rows: tuple[tuple[InlineKeyboardButton, ...], ...] = ()

    @classmethod
    def of(cls, *rows: list[tuple[str, str]]) -> Keyboard:
        """From rows of (text, callback_data of at most 64 bytes, which comes back when it is
        pressed): `Keyboard.of([("Cancel", "cancel:7")])`.
        """
        return cls(tuple(tuple(_button(*button) for button in row) for row in rows))

    @classmethod
    def link(cls, text: str, url: str) -> Keyboard:
        """One button that opens an address; nothing comes back."""
        return cls(((InlineKeyboardButton(text, url),),))

    def __bool__(self) -> bool:
        return any(self.rows)


@dataclass(frozen=True, slots=True)
class AskReply:
    """Opens the reply field of the person whose message is answered, and of nobody else.

    Telegram cannot edit a message that was sent with it (Bot API, "Updating messages").
    """

    placeholder: str | None = None


def to_markup(keyboard: Keyboard | None) -> InlineKeyboardMarkup | None:
    """The same buttons as the Bot API wants them; None when there are none."""
    return InlineKeyboardMarkup(keyboard.rows) if keyboard else None


def to_new_markup(keyboard: Keyboard | AskReply | None) -> InlineKeyboardMarkup | ForceReply | None:
    """What a new message may carry beside buttons."""
    if isinstance(keyboard, AskReply):
        return ForceReply(selective=True, input_field_placeholder=keyboard.placeholder)
    return to_markup(keyboard)


def _button(text: str, callback_data: str) -> InlineKeyboardButton:
    size_bytes = len(callback_data.encode())
    if not 1 <= size_bytes <= CALLBACK_DATA_LIMIT_BYTES:
        raise ValueError(f"callback data of {size_bytes} bytes (1 to 64): {callback_data}")
    return InlineKeyboardButton(text, callback_data=callback_data)
