"""Buttons and links under a message, as the Bot API has them."""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

CALLBACK_DATA_LIMIT_BYTES = 64  # Bot API: InlineKeyboardButton.callback_data

Keyboard = InlineKeyboardMarkup


def keyboard_of(*rows: list[tuple[str, str]]) -> Keyboard:
    """From rows of (text, callback_data of at most 64 bytes, which comes back when it is pressed):
    `keyboard_of([("Cancel", "cancel:7")])`.
    """
    return Keyboard([[_button(*button) for button in row] for row in rows])


def _button(text: str, callback_data: str) -> InlineKeyboardButton:
    size_bytes = len(callback_data.encode())
    if not 1 <= size_bytes <= CALLBACK_DATA_LIMIT_BYTES:
        raise ValueError(f"callback data of {size_bytes} bytes (1 to 64): {callback_data}")
    return InlineKeyboardButton(text, callback_data=callback_data)
