"""The people of the local Telegram."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.telegram.errors import Refused

OPERATOR_ID = 700_000_000
"""Whoever runs the bot, where the sandbox has such a person."""
_FIRST_ID = OPERATOR_ID + 1


@dataclass(slots=True)
class Person:
    """Somebody with a Telegram account."""

    user_id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "en"

    def as_user(self) -> dict[str, Any]:
        """The Bot API's User object."""
        return {"id": self.user_id, "is_bot": False, **self._names()}

    def as_json(self) -> dict[str, Any]:
        """The person as the /sim API shows them."""
        is_operator = {"is_operator": True} if self.user_id == OPERATOR_ID else {}
        return {"user_id": self.user_id, **self._names(), **is_operator}

    def as_private_chat(self) -> dict[str, Any]:
        """The Bot API's Chat object of the private chat with this person."""
        names = {name: value for name, value in self._names().items() if name != "language_code"}
        return {"id": self.user_id, "type": "private", **names}

    def _names(self) -> dict[str, Any]:
        names = {
            "first_name": self.first_name,
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language_code,
        }
        return {name: value for name, value in names.items() if value is not None}


class People:
    """Everybody, by id."""

    def __init__(self) -> None:
        self._people: dict[int, Person] = {}
        self._ids = itertools.count(_FIRST_ID)

    def __iter__(self) -> Iterator[Person]:
        return iter(list(self._people.values()))

    def __contains__(self, person_id: object) -> bool:
        return person_id in self._people

    def clear(self) -> None:
        """Forget everybody; ids are not given again."""
        self._people.clear()

    def add(self, person_id: int | None, first_name: str) -> Person:
        """A new person; raises Refused when the id is taken."""
        chosen = person_id if person_id is not None else next(self._ids)
        if chosen in self._people:
            raise Refused(409, f"There already is a person {chosen}.")
        if chosen <= 0:
            raise Refused(400, "A person's id is a positive number.")
        person = Person(chosen, first_name)
        self._people[chosen] = person
        return person

    def find(self, person_id: int) -> Person | None:
        """The person, if there is one."""
        return self._people.get(person_id)

    def get(self, person_id: int) -> Person:
        """The person; raises Refused."""
        person = self._people.get(person_id)
        if person is None:
            raise Refused(404, f"There is no person {person_id}.")
        return person
