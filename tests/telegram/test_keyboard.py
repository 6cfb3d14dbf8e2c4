"""Buttons."""

from __future__ import annotations

import pytest

from bot.telegram.keyboard import Keyboard, to_markup


def test_rows_stay_rows() -> None:
    markup = to_markup(Keyboard.of([("A", "a"), ("B", "b")], [("C", "c")]))
    assert markup is not None
    labels = [[button.text for button in row] for row in markup.inline_keyboard]
    assert labels == [["A", "B"], ["C"]]


def test_no_buttons_are_no_keyboard() -> None:
    assert to_markup(None) is None
    assert to_markup(Keyboard()) is None


@pytest.mark.parametrize("data", ["", "x" * 65, "照" * 22])
def test_callback_data_telegram_would_refuse_is_refused_here(data: str) -> None:
    with pytest.raises(ValueError, match="callback data"):
        Keyboard.of([("A", data)])


def test_sixty_four_bytes_are_allowed() -> None:
    assert Keyboard.of([("A", "x" * 64)])
