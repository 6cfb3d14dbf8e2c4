"""Buttons."""

from __future__ import annotations

import pytest

from bot.telegram.keyboards import keyboard_of, link_to


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


def test_a_link_opens_an_address_and_sends_nothing_back() -> None:
    markup = link_to("More", "https://t.me/bot?start=help")
    ((button,),) = markup.inline_keyboard
    assert (button.url, button.callback_data) == ("https://t.me/bot?start=help", None)
