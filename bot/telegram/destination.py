"""Where a new message goes."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Destination:
    """A chat, its topic if it has some, and the message that is replied to.

    Where the topic is closed the message goes to the chat as a whole, after `stray_note`.
    """

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None
    stray_note: str = ""
    is_astray: bool = False

    @classmethod
    def of(cls, chat_id: int, thread_id: int, reply_to: int | None = None) -> Destination:
        """As the database keeps them: 0 is no topic, and no message that is known any more."""
        return cls(chat_id, thread_id or None, reply_to or None)

    def astray(self) -> Destination:
        """The chat as a whole; a reply would lead back into the closed topic."""
        return replace(self, thread_id=None, reply_to=None, is_astray=True)

    def noted(self, text: str | None) -> str | None:
        """The text, after what is to be said where it is not in its topic."""
        note = self.stray_note if self.is_astray else ""
        return "\n".join(filter(None, (note, text))) or None
