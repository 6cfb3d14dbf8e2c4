"""Buttons."""

from __future__ import annotations

import pytest

from bot.telegram.keyboards import keyboard_of


def test_rows_stay_rows() -> None:
    markup = keyboard_of([("A", "a"), ("B", "b")], [("C", "c")])
    labels = [[button.text for button in row] for row in markup.inline_keyboard]
    assert labels == [["A", "B"], ["C"]]


@pytest.mark.parametrize("data", ["", "x" * 65, "照" * 22])
def test_callback_data_telegram_would_refuse_is_refused_here(data: str) -> None:
    with pytest.raises(ValueError, match="callback data"):
        keyboard_of([("A", data)])


def test_sixty_four_bytes_are_allowed() -> None:
    assert keyboard_of([("A", "x" * 64)])
