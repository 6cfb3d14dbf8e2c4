"""Buttons."""

from __future__ import annotations

import pytest
from telegram import ForceReply

from bot.telegram.keyboards import AskReply, Keyboard, to_markup, to_new_markup


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


def test_a_link_opens_an_address_and_sends_nothing_back() -> None:
    markup = to_markup(Keyboard.link("More", "https://t.me/bot?start=help"))
    assert markup is not None
    ((button,),) = markup.inline_keyboard
    assert (button.url, button.callback_data) == ("https://t.me/bot?start=help", None)


def test_the_reply_field_opens_for_one_person_only_and_in_new_messages_only() -> None:
    markup = to_new_markup(AskReply("A voice note"))
    assert isinstance(markup, ForceReply)
    assert (markup.selective, markup.input_field_placeholder) == (True, "A voice note")
    assert to_new_markup(Keyboard.of([("A", "a")])) == to_markup(Keyboard.of([("A", "a")]))
