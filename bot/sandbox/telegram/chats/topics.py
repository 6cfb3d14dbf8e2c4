"""A forum's topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# The topic every forum has. Its messages carry no thread id, and bots cannot name it.
GENERAL = 1


@dataclass(slots=True)
class Topic:
    """A forum's topic; its id is that of the message that opened it."""

    message_thread_id: int
    name: str
    closed: bool = False

    def as_json(self) -> dict[str, Any]:
        """The topic as the /sim API shows it."""
        return {
            "message_thread_id": self.message_thread_id,
            "name": self.name,
            "closed": self.closed,
        }
