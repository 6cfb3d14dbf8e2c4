"""One update, from raw JSON to what the handlers get."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any

from telegram import Bot, Update

from storage.inbox import StoredUpdate

_LARGEST_ID = 2**63 - 1


class Malformed(Exception):
    """This update cannot be understood; its text names the failure, not the contents."""


# python-telegram-bot checks nothing: these are what a missing field, a field of another kind, a
# date out of range and too much nesting lead to inside it.
_PARSING_FAILURES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)


def to_stored(raw: object) -> StoredUpdate:
    """What goes into the inbox.

    Raises:
        Malformed: there is not even a number to keep it under.
    """
    update_id = raw.get("update_id") if isinstance(raw, dict) else None
    if not isinstance(update_id, int) or not 0 <= update_id <= _LARGEST_ID:
        raise Malformed("no usable update_id")
    # Escaped to ASCII: half a surrogate pair or a NUL in a text would not go into the database.
    return StoredUpdate(update_id, json.dumps(raw))


def parse(stored: StoredUpdate, bot: Bot) -> Update:
    """The update as python-telegram-bot's object.

    Raises:
        Malformed: see `_PARSING_FAILURES`.
    """
    try:
        raw: dict[str, Any] = json.loads(stored.body)
        return Update.de_json(raw, bot)
    except _PARSING_FAILURES as error:
        raise Malformed(f"{type(error).__name__} while parsing") from error


def lane_of(update: Update) -> Hashable:
    """Updates of one lane are handled in order.

    What has no chat (a payment to confirm within 10 s) does not queue behind the person's chat.
    """
    if update.effective_chat is not None:
        return ("chat", update.effective_chat.id)
    if update.effective_user is not None:
        return ("user", update.effective_user.id)
    return ("update", update.update_id)
