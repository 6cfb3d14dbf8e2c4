"""Presses of inline buttons, each to be answered once."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

ANSWER_LIMIT = 200
_FIRST_ID = 900_000_000_000_001


@dataclass(slots=True)
class Press:
    """One press of a button."""

    callback_query_id: str
    chat_id: int
    user_id: int
    answered: bool = False
    text: str | None = None
    show_alert: bool = False
    url: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The press as the /sim API shows it."""
        shown: dict[str, Any] = {"answered": self.answered, "show_alert": self.show_alert}
        if self.text is not None:
            shown["text"] = self.text
        if self.url is not None:
            shown["url"] = self.url
        return shown


class Callbacks:
    """All presses, by their id."""

    def __init__(self) -> None:
        self._presses: dict[str, Press] = {}
        self._ids = itertools.count(_FIRST_ID)

    def add(self, chat_id: int, user_id: int) -> Press:
        """A new press."""
        press = Press(str(next(self._ids)), chat_id, user_id)
        self._presses[press.callback_query_id] = press
        return press

    def find(self, callback_query_id: str) -> Press | None:
        """The press of this id."""
        return self._presses.get(callback_query_id)
