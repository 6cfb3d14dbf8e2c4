"""Buttons, reply fields and links to /start, and what Telegram's types make of them."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

CALLBACK_DATA_LIMIT_BYTES = 64  # Bot API: InlineKeyboardButton.callback_data


@dataclass(frozen=True, slots=True)
class Button:
    """One button: what it says, and what comes back when it is pressed (at most 64 bytes).

    With `url` it opens that address and nothing comes back.
    """

    text: str
    callback_data: str = ""
    url: str | None = None

    def __post_init__(self) -> None:
        if self.url is not None:
            return
        size_bytes = len(self.callback_data.encode())
        if not 1 <= size_bytes <= CALLBACK_DATA_LIMIT_BYTES:
            raise ValueError(f"callback data of {size_bytes} bytes (1 to 64): {self.callback_data}")


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Rows of buttons; no rows means no keyboard."""

    rows: tuple[tuple[Button, ...], ...] = ()

    @classmethod
    def of(cls, *rows: list[tuple[str, str]]) -> Keyboard:
        """From rows of (text, callback_data): `Keyboard.of([("Cancel", "cancel:7")])`."""
        return cls(tuple(tuple(Button(*button) for button in row) for row in rows))

    @classmethod
    def link(cls, text: str, url: str) -> Keyboard:
        """One button that opens an address."""
        return cls(((Button(text, url=url),),))

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
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(one.text, one.url, one.callback_data or None) for one in row]
            for row in keyboard.rows
        ]
    )


def to_new_markup(keyboard: Keyboard | AskReply | None) -> InlineKeyboardMarkup | ForceReply | None:
    """What a new message may carry beside buttons."""
    if isinstance(keyboard, AskReply):
        return ForceReply(selective=True, input_field_placeholder=keyboard.placeholder)
    return to_markup(keyboard)
