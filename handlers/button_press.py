"""What a pressed button's action works with, and how it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.intake.pairing import TooLongHere
from bot.telegram.destination import Destination
from bot.telegram.keyboards import Keyboard
from bot.texts.catalogue import Value
from handlers.context import UpdateContext
from storage.jobs.jobs import TooManyWaiting
from storage.jobs.ledger import BudgetExhausted, QuotaExceeded
from storage.people.consents import NotAgreed


class NotYours(Exception):
    """The button belongs to someone else."""


class NotForYou(Exception):
    """The group's admins do not let this person have videos made there (any more)."""


class TooLate(Exception):
    """What the button stands for is over, was never offered, or the data was forged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPress(UpdateContext):
    """One press: on which message where, and the arguments the button carries."""

    chat_id: int
    thread_id: int
    message_id: int
    arguments: tuple[str, ...]

    @property
    def destination(self) -> Destination:
        """The answer to the message with the button."""
        return Destination.of(self.chat_id, self.thread_id, self.message_id)

    def show(self, text: str, keyboard: Keyboard | None = None) -> None:
        """Make the message with the button read so, soon: of several presses the newest shows."""
        self.services.sender.refresh(self.chat_id, self.message_id, text, keyboard=keyboard)

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

Raises: NotYours, NotForYou, TooLate.
"""

_DIGITS = 18


async def started(pressed: ButtonPress, making: Awaitable[object]) -> str | Answer:
    """The answer; raises TooLate where nothing was made, since it was made before."""
    try:
        made = await making
    except NotAgreed:
        pressed.services.wakeup()
        return "answer-consent-first"
    except TooLongHere as refusal:
        return Answer("answer-too-long-here", {"limit": refusal.limit_milliseconds / 1000}, True)
    except TooManyWaiting:
        return "answer-kept-waiting"
    except QuotaExceeded:
        return "answer-no-quota"
    except BudgetExhausted:
        return "answer-no-budget"
    if not made:
        raise TooLate
    return "answer-started"
