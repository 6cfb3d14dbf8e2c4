"""`reply_markup`: inline keyboards are checked and kept, the other kinds only shown."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.errors import bad_request

Json = dict[str, Any]

CALLBACK_DATA_LIMIT_BYTES = 64
_MOST_BUTTONS = 100
_ACTIONS = frozenset(
    {
        "callback_data",
        "url",
        "pay",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
    }
)


def split_markup(markup: Any) -> tuple[Json | None, Json | None]:
    """(inline keyboard or None, any other markup or None). Raises ApiError 400."""
    if markup is None:
        return None, None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return None, markup or None
    rows = [[_button(button) for button in row] for row in _rows(markup["inline_keyboard"])]
    if sum(len(row) for row in rows) > _MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    rows = [row for row in rows if row]
    return ({"inline_keyboard": rows} if rows else None), None


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    return rows


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request("InlineKeyboardButton must be an Object")
    if not str(button.get("text", "")).strip():
        raise bad_request(
            "can't parse inline keyboard button: Inline keyboard button text is empty"
        )
    if not _ACTIONS.intersection(button):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_DATA_LIMIT_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return {name: value for name, value in button.items() if value is not None}
