"""Buttons under a message, without Telegram's types: the pipeline builds these."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

CALLBACK_DATA_LIMIT_BYTES = 64  # Bot API: InlineKeyboardButton.callback_data


@dataclass(frozen=True, slots=True)
class Button:
    """One button: what it says, and what comes back when it is pressed (at most 64 bytes)."""

    text: str
    callback_data: str

    def __post_init__(self) -> None:
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

    def __bool__(self) -> bool:
        return any(self.rows)


def to_markup(keyboard: Keyboard | None) -> InlineKeyboardMarkup | None:
    """The same buttons as the Bot API wants them; None when there are none."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(b.text, callback_data=b.callback_data) for b in row]
            for row in keyboard.rows
        ]
    )
