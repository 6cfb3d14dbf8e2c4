"""getUpdates by hand, as raw JSON: one bad update stops no other; other instances are noticed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx
from telegram import Bot
from telegram.error import TelegramError

from bot.clock import Clock
from bot.http_client import HttpClient, named
from bot.retry import POLLING, SECOND_INSTANCE, RetryPolicy
from bot.shutdown import unless_stopped
from bot.telegram.answers import ForeignAnswer, LoggedOut, read_answer, status_of, understood
from bot.telegram.dispatch import to_stored
from bot.telegram.error_mapping import describe
from bot.telegram.errors import SecondInstance, TelegramFailure, TokenRejected, TryAgain
from bot.telegram.receiving import ALLOWED_UPDATES, Receiver

logger = logging.getLogger(__name__)

_BATCH = 100
_NAME = named("telegram", "getUpdates")
_ANSWER_MARGIN_SECONDS = 15.0


class WebhookActive(TelegramFailure):
    """Telegram pushes to a webhook; polling is possible once it is deleted."""


class PollFailed(TryAgain):
    """No updates this time."""


class Poller:
    """Asks for updates; neither keeps an offset nor repeats anything."""

    def __init__(self, bot: Bot, http: HttpClient, *, hold_seconds: int) -> None:
        self._address = f"{bot.base_url}/getUpdates"
        self._http = http
        self._hold_seconds = hold_seconds

    async def fetch(self, offset: int | None, *, is_held: bool = True) -> list[Any]:
        """The next updates, held until there is one; confirms all below `offset`.

        What is not held is answered at once.

        Raises:
            PollFailed: the network, the server, an answer that is none.
            SecondInstance: 409, another poll has taken over.
            WebhookActive: 409, a webhook is set.
            TokenRejected: 401 or 404.
        """
        hold_seconds = self._hold_seconds if is_held else 0
        body = {
            "limit": _BATCH,
            "timeout": hold_seconds,
            "allowed_updates": ALLOWED_UPDATES,
            **({} if offset is None else {"offset": offset}),
        }
        timeout = httpx.Timeout(10.0, read=hold_seconds + _ANSWER_MARGIN_SECONDS)
        try:
            response = await self._http.post(
                self._address, json=body, timeout=timeout, extensions=_NAME
            )
        except httpx.HTTPError as error:
            raise PollFailed(type(error).__name__) from None
        return _updates(response)


def _updates(response: httpx.Response) -> list[Any]:
    try:
        answer = read_answer(response.status_code, response.content)
    except (ForeignAnswer, LoggedOut) as failure:
        raise PollFailed(failure.message) from None
    if not answer["ok"]:
        raise _refusal(answer)
    if not isinstance(answer["result"], list):
        raise PollFailed("an answer without a list of updates")
    return answer["result"]


def _refusal(answer: dict[str, Any]) -> TelegramFailure:
    description = answer["description"][:200]
    match status_of(answer):
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
            return TokenRejected("Telegram does not know this bot token")
        case HTTPStatus.CONFLICT if "webhook" in description.lower():
            return WebhookActive(description)
        case HTTPStatus.CONFLICT:
            return SecondInstance(description)
    return PollFailed(description, _retry_after_seconds(answer))


def _retry_after_seconds(answer: dict[str, Any]) -> float | None:
    parameters = answer.get("parameters")
    seconds = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else None


# Two instances end one another's polls in turn, so a success in between proves nothing; that
# long without a conflict does.
_FORGOTTEN_AFTER_SECONDS = 90.0


class Conflicts:
    """Puts up with conflicts for a while, which the policy's jitter makes another one for each of
    two instances that began at the same time.
    """

    def __init__(self, clock: Clock, policy: RetryPolicy) -> None:
        self._clock = clock
        self._policy = policy
        self._until = 0.0
        self._last_at: float | None = None

    def pause_seconds(self, conflict: SecondInstance) -> float:
        """How long to wait before polling again; raises `conflict` when it has lasted."""
        now = self._clock.steady_seconds()
        if self._last_at is None or now - self._last_at > _FORGOTTEN_AFTER_SECONDS:
            self._until = now + self._policy.endless_delay_seconds(1)
        self._last_at = now
        if now > self._until:
            raise conflict
        logger.warning("another poll has taken over (409); trying for %.1f s", self._until - now)
        return min(1.0, self._until - now)


@dataclass(frozen=True, slots=True)
class PollingOptions:
    """How updates are fetched.

    `hold_seconds`: how long Telegram holds an empty poll. `second_instance`: how long 409 is put
    up with.
    """

    hold_seconds: int = 30
    second_instance: RetryPolicy = SECOND_INSTANCE
    retry: RetryPolicy = POLLING


class Polling:
    """Fetches and takes in; the next getUpdates, which confirms, is made only after that.

    `on_heard` is called whenever Telegram answered. Before the first answer, and while something is
    wrong, no poll is held: so it is known at once that it is well.
    """

    def __init__(
        self,
        *,
        bot: Bot,
        http: HttpClient,
        receiver: Receiver,
        clock: Clock,
        options: PollingOptions | None = None,
        on_heard: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_heard = on_heard
        self._is_well = False
        self._options = options or PollingOptions()
        self._bot = bot
        self._receiver = receiver
        self._clock = clock
        self._poller = Poller(bot, http, hold_seconds=self._options.hold_seconds)
        self._conflicts = Conflicts(clock, self._options.second_instance)
        self._stop = asyncio.Event()
        self._offset: int | None = None
        self._failures = 0
        self.has_begun = False
        """Whether the first poll has."""

    def stop(self) -> None:
        """Make `run` return at once."""
        self._stop.set()

    async def run(self) -> None:
        """Fetch and take in until `stop`.

        Raises:
            SecondInstance: another process polls with this token.
            TokenRejected: the token is not valid (any more).
            sqlite3.Error: the inbox cannot be written; nothing unsaved was confirmed.
        """
        self.has_begun = True
        while not self._stop.is_set():
            await self._accept(await self._fetch())

    async def _fetch(self) -> list[Any]:
        try:
            fetching = self._poller.fetch(self._offset, is_held=self._is_well)
            batch = await unless_stopped(fetching, self._stop)
        except PollFailed as failure:
            await self._pause(failure)
            return []
        except SecondInstance as conflict:
            await self._sleep(self._conflicts.pause_seconds(conflict))
            return []
        except WebhookActive:
            logger.warning("a webhook is set for this bot: it is removed, polling takes over")
            await self._remove_webhook()
            return []
        self._failures = 0
        self._is_well = True
        self._on_heard()
        return batch or []

    async def _accept(self, batch: list[Any]) -> None:
        """The offset moves on when they are safe."""
        updates = {stored.update_id: stored for raw in batch if (stored := to_stored(raw))}
        if batch and not updates:
            await self._pause(PollFailed("no update of the batch has a number"))
        if updates:
            await self._receiver.receive(updates.values())
            self._offset = max(updates) + 1

    async def _remove_webhook(self) -> None:
        removal = self._bot.delete_webhook(drop_pending_updates=False)
        try:
            await unless_stopped(understood(removal), self._stop)
        except TelegramError as error:
            await self._pause(PollFailed(describe(error)))

    async def _pause(self, failure: PollFailed) -> None:
        self._failures += 1
        self._is_well = False
        retry, asked_seconds = self._options.retry, failure.retry_after_seconds
        seconds = retry.endless_delay_seconds(self._failures, asked_seconds)
        logger.warning("no updates (%s), the next attempt in %.1f s", failure, seconds)
        await self._sleep(seconds)

    async def _sleep(self, seconds: float) -> None:
        await unless_stopped(self._clock.sleep(seconds), self._stop)
