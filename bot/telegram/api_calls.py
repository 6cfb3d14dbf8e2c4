"""One call to the Bot API: its turn, what is repeated and what is not, our exceptions out."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from telegram.error import RetryAfter, TelegramError

from bot.clock import Clock
from bot.logs import SELDOM
from bot.retry import TELEGRAM_CALL, RetryPolicy
from bot.telegram.answers import understood
from bot.telegram.error_mapping import describe, message_id_in, retry_after_seconds, translate
from bot.telegram.errors import NotSent, SendUnknown, TryAgain
from bot.telegram.rate_limits import RateLimiter, Urgency

logger = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """How a call is made.

    `urgency`: None when the caller took its turn already.
    `repeatable`: doing it twice shows nothing twice, so after an unknown outcome it is done again.
    `retry`: how it is repeated while that is safe; `floods`: at the how many-th 429 it ends, and
    at one that asks for more than `flood_seconds` at once.
    `edit`: it changes a message. `queue_seconds`: how long it may wait for its turn.
    """

    urgency: Urgency | None
    repeatable: bool = False
    retry: RetryPolicy = TELEGRAM_CALL
    floods: int = 8
    flood_seconds: float = math.inf
    edit: bool = False
    queue_seconds: float = math.inf


LONGEST_WAIT_SECONDS = 5.0
"""Whoever has others to serve does not wait longer for a chat's turn."""

_longest_wait_seconds = ContextVar("_longest_wait_seconds", default=math.inf)


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """What is called within waits no longer than that for its turn, or for what a 429 asks.

    `NotSent` is raised instead: the caller has others to serve.
    """
    token = _longest_wait_seconds.set(seconds)
    try:
        yield
    finally:
        _longest_wait_seconds.reset(token)


class Calls:
    """Makes calls in their turn."""

    def __init__(self, rate_limiter: RateLimiter, clock: Clock) -> None:
        self._rate_limiter = rate_limiter
        self._clock = clock

    async def make(
        self, call: Callable[[], Awaitable[Result]], chat_id: int | None, policy: CallPolicy
    ) -> Result:
        """Make it, wait out floods, repeat what is safe to repeat.

        Raises:
            NotSent: it never reached Telegram, met 429 to the end, or had no turn in time.
            TryAgain: it may be repeated, and its outcome stayed unknown.
            SendUnknown: the same of any other call, which was made once.
            TelegramFailure: one of the others, by what Telegram answered.
        """
        failures = floods = 0
        queue_seconds = min(policy.queue_seconds, _longest_wait_seconds.get())
        while True:
            if policy.urgency is not None:
                await self._rate_limiter.acquire(
                    chat_id, policy.urgency, edit=policy.edit, at_most_seconds=queue_seconds
                )
            try:
                return await _attempt(call, policy)
            except RetryAfter as error:
                floods += 1
                await self._sit_out(error, chat_id, policy, floods)
            except TryAgain as failure:
                failures += 1
                delay_seconds = policy.retry.delay_seconds(failures)
                if delay_seconds is None:
                    raise
                logger.info("a call to Telegram failed (%s) and is repeated", failure, extra=SELDOM)
                await self._clock.sleep(delay_seconds)

    async def _sit_out(
        self, error: RetryAfter, chat_id: int | None, policy: CallPolicy, floods: int
    ) -> None:
        seconds = retry_after_seconds(error)
        logger.warning("Telegram asks for %.0f s of silence in chat %s", seconds, chat_id)
        if chat_id is not None:
            self._rate_limiter.hold(chat_id, seconds)
        longest_seconds = min(policy.flood_seconds, _longest_wait_seconds.get())
        if floods >= policy.floods or seconds > longest_seconds:
            raise NotSent(describe(error), seconds) from None
        if chat_id is None:
            await self._clock.sleep(seconds)


async def _attempt(call: Callable[[], Awaitable[Result]], policy: CallPolicy) -> Result:
    try:
        return await understood(call())
    except RetryAfter:
        raise
    except TelegramError as error:
        text, message_id = describe(error), message_id_in(error)
        unknown = TryAgain(text) if policy.repeatable else SendUnknown(text, message_id)
        raise translate(error) or unknown from None
