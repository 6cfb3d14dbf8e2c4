"""What a pressed button's action works with, and how it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.gate import Rule
from bot.telegram.keyboards import Keyboard
from bot.telegram.status_edits import Status
from bot.texts.catalogue import Value
from handlers.context import UpdateContext


class NotYours(Exception):
    """The button belongs to someone else."""


class TooLate(Exception):
    """What the button stands for is over, was never offered, or the data was forged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPress(UpdateContext):
    """One press, and the arguments the button carries."""

    arguments: tuple[str, ...]

    def show(self, text: str, keyboard: Keyboard | None = None) -> None:
        """Make the message with the button read so, soon: of several presses the newest shows."""
        status = Status(self.chat_id, self.message_id, text, keyboard, pressed=True)
        self.services.sender.progress(status)

    def require_private(self) -> None:
        """Raises NotYours outside the person's own private chat: the button was forged."""
        if self.chat_id != self.user_id:
            raise NotYours

    def number(self, position: int) -> int:
        """An argument as a number below 10^18; raises TooLate where there is none."""
        word = self.word(position)
        if not (word.isascii() and word.isdecimal() and len(word) <= _DIGITS):
            raise TooLate
        return int(word)

    def word(self, position: int) -> str:
        """An argument as it is; raises TooLate where there is none."""
        if position >= len(self.arguments):
            raise TooLate
        return self.arguments[position]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person is shown: a text by its key, as a dialog if `alert`."""

    key: str
    values: dict[str, Value] = field(default_factory=dict)
    alert: bool = False


Action = Callable[[ButtonPress], Awaitable[str | Answer]]
"""Does what the button says and answers with a text's key, or with more; may be repeated.

Raises: NotYours, TooLate, RuleRefused.
"""

_DIGITS = 18


ANSWERS = {
    Rule.BANNED: "answer-you-are-banned",
    Rule.GROUP: "answer-group-not-allowed",
    Rule.WHO: "answer-not-for-you",
    Rule.CONSENT: "answer-consent-first",
    Rule.OTHERS: "answer-own-only",
    Rule.OBJECTION: "answer-not-borrowable",
    Rule.WITHDRAWN: "answer-withdrawn",
    Rule.LONGEST: "answer-too-long-here",
    Rule.RESOLUTION: "answer-resolution-here",
    Rule.AGE: "answer-too-late",
    Rule.WAITING: "answer-kept-waiting",
    Rule.CHECKS: "answer-no-checks",
    Rule.QUOTA: "answer-no-quota",
    Rule.BUDGET: "answer-no-budget",
    Rule.CONFIRM: "answer-asked",
}
"""What a button answers where a rule refuses."""

IN_A_DIALOG = frozenset({Rule.GROUP, Rule.WHO, Rule.LONGEST, Rule.RESOLUTION})
