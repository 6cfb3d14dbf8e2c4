"""When to repeat what failed: a decision, returned as a value.

What is worth repeating is decided where it is caught, by the exception's type. No other file holds
a delay between attempts.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

_chance = random.SystemRandom().random


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait after each failed attempt, in seconds; after the last delay it is over.

    `jitter`: up to this share of a delay is left out, so that what failed together does not return
    together; `chance` returns a number from 0 to 1.
    """

    delays_seconds: tuple[float, ...]
    jitter: float = 0.0
    chance: Callable[[], float] = _chance

    def delay_seconds(self, attempt: int, asked_seconds: float | None = None) -> float | None:
        """How long to wait after attempt number `attempt` (from 1) failed, at least as long as was
        asked; None: it was the last one.
        """
        if attempt > len(self.delays_seconds):
            return None
        return self.endless_delay_seconds(attempt, asked_seconds)

    def endless_delay_seconds(self, attempt: int, asked_seconds: float | None = None) -> float:
        """The same for what is never given up: the last delay again and again."""
        nominal = self.delays_seconds[min(attempt, len(self.delays_seconds)) - 1]
        return max(nominal * (1 - self.jitter * self.chance()), asked_seconds or 0.0)

    def first(self, repeats: int) -> RetryPolicy:
        """The same, and so many repeats at most."""
        return RetryPolicy(self.delays_seconds[:repeats], self.jitter, self.chance)


async def persisting(
    call: Callable[[], Awaitable[Result]],
    passing: type[Exception] | tuple[type[Exception], ...],
    policy: RetryPolicy,
    sleep: Callable[[float], Awaitable[None]],
) -> Result:
    """Call until that does not fail, or the policy is at its end: then raise what it failed with.

    What is `passing` may say in `retry_after_seconds` how long to wait at least.
    """
    attempt = 1
    while True:
        try:
            return await call()
        except passing as failure:
            asked_seconds = getattr(failure, "retry_after_seconds", None)
            delay_seconds = policy.delay_seconds(attempt, asked_seconds)
            if delay_seconds is None:
                raise
            logger.debug("%s: it is tried again in %.1f s", failure, delay_seconds)
        await sleep(delay_seconds)
        attempt += 1


_HALF = 0.5

TELEGRAM = RetryPolicy((0.5, 1, 2, 4, 8, 16, 30), _HALF)
"""What a handler failed at; endless."""
POLLING = RetryPolicy((0.5, 1, 2, 4, 8, 10), _HALF)
"""Logging in, fetching updates; endless. It is found out soon that Telegram is there again."""
TELEGRAM_CALL = TELEGRAM.first(3)
"""A call or a download; after that its caller hears of it."""
SECOND_POLLER = RetryPolicy((12,))
"""Until it is looked whether another program still polls, and not in its way before; endless."""
REPLY = RetryPolicy((1, 2, 5, 10, *[30] * 30))
"""A reply whose fate is unknown: a quarter of an hour."""

PROVIDER = RetryPolicy((1, 2, 4, 8, 16, 32, *[60] * 33), _HALF)
"""About half an hour for a job that costs nothing yet; endless for one that is paid for."""
INTAKE = RetryPolicy((1, 2, 4, 8, 15, 30, 60, 120, *[240] * 7))
"""Half an hour and a little: a network that is away for ten minutes decides nothing."""
NOT_NOW = RetryPolicy((5, 30, 120, 300))
"""A file that this machine could not open for no reason of the file's own."""
INPUT_UNREAD = INTAKE.first(4)
"""A file is handed over anew that the provider says it cannot read."""
PAID_CHECK = RetryPolicy((2, 10))
"""Before the second paid check of a picture, and before the third and last."""
SUBMIT = RetryPolicy((5, 10, 20, 40, *[60] * 6))
"""Nothing reached the provider, or it says "too many requests". Being too fast passes within
seconds: after seven minutes it is something else, such as another program that uses the account.
"""
SUBMIT_REFUSED = RetryPolicy((5, 30))
"""The provider blamed itself, or no task came of it."""
TASK_LIST = RetryPolicy((5,))
"""A task that may exist is not in the list yet; endless."""
TASK_CHOICE = RetryPolicy((300,))
"""The operator was asked which task it is; endless."""
RESTORED = RetryPolicy((10,))
"""The list of tasks after a restore; endless."""
PROBE = RetryPolicy((60, 120, 300, 900, 1800, 3600))
"""While the provider refuses to serve: from a refusal to the next probe; endless."""

RESULT = RetryPolicy((1, 2, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 28800))
"""A paid video; together under the 24 hours that the provider keeps it."""
RESULT_UNUSABLE = RESULT.first(5)
"""A file that came whole and is no video, or is not there (yet), or is where we do not go: a fresh
address is tried each time, for a minute and a half.
"""
JOIN = RetryPolicy((2, 15, 60, 300, 900, 1800))
"""The tasks of a long voice; endless while the disk is to blame."""

CHAT = RetryPolicy((2, 5, 15, 30, 60, 120, 300, 300))
"""A quarter of an hour for fetching what a person sent; a video is delivered without an end."""
OUTBOX = RetryPolicy((2, 5, 15, 60, 300))
"""What is to be said or sent once; endless but for what a person can ask for again."""
DISK = RetryPolicy((5, 60, 600, 3600))
"""The same where the disk is to blame, as long as its kind has it tried at all."""
DELETION = OUTBOX.first(2)
"""Something of a person's is under way; endless."""
VERDICT_UNSAID = RetryPolicy((5,))
"""What became of a photo or a voice; endless."""
STATUS_UNSAID = RetryPolicy((5,))
"""A first status message that Telegram puts off; endless."""
STATUS_REFUSED = RetryPolicy((24 * 3600,))
"""A first status message that Telegram refuses, or may have shown; endless, but no job is."""
END_UNSAID = RetryPolicy((60, 600, 3600))
"""A job's end that Telegram refuses to show: a right comes back, a topic is opened."""
ALERT = RetryPolicy((5, 15, 60, 300, 900, 3600))
"""What the operator is told; endless."""
UNKNOWN_KIND = RetryPolicy((3600,))
"""What a later version of the program is to do; endless."""
BROKEN_TASK = RetryPolicy((5,))
"""A background task that ended in an error of ours; endless."""
