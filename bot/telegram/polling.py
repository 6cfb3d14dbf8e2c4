"""getUpdates by hand, as raw JSON: one bad update stops no other; other instances are noticed."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import httpx
from telegram import Bot

from bot.call_times import named
from bot.clock import Clock
from bot.http_client import HttpClient
from bot.retry import RetryPolicy
from bot.telegram.answers import ForeignAnswer, LoggedOut, read_answer, status_of
from bot.telegram.errors import SecondInstance, TelegramFailure, TokenRejected, TryAgain

# Named one by one: Telegram's default leaves some kinds out, and remembers the last choice.
_ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member", "pre_checkout_query")

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

    async def fetch(self, offset: int | None) -> list[Any]:
        """The next updates, held until there is one; confirms all below `offset`.

        Raises:
            PollFailed: the network, the server, an answer that is none.
            SecondInstance: 409, another poll has taken over.
            WebhookActive: 409, a webhook is set.
            TokenRejected: 401 or 404.
        """
        body = {
            "limit": _BATCH,
            "timeout": self._hold_seconds,
            "allowed_updates": _ALLOWED_UPDATES,
            **({} if offset is None else {"offset": offset}),
        }
        timeout = httpx.Timeout(10.0, read=self._hold_seconds + _ANSWER_MARGIN_SECONDS)
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


logger = logging.getLogger(__name__)

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
