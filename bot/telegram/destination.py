"""Where a new message goes."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Destination:
    """A chat, its topic and the message that is replied to; as the database keeps them, 0 is none.

    Where the topic is closed the message goes to the chat as a whole, after `stray_note`.
    """

    chat_id: int
    thread_id: int = 0
    reply_to: int = 0
    stray_note: str = ""
    is_astray: bool = False

    def astray(self) -> Destination:
        """The chat as a whole; a reply would lead back into the closed topic."""
        return replace(self, thread_id=0, reply_to=0, is_astray=True)
