"""getUpdates by hand, as raw JSON: one bad update stops no other; other pollers are noticed."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx
from telegram import Bot
from telegram.error import TelegramError

from bot.clock import Clock
from bot.http_client import HttpClient, named
from bot.logs import SELDOM
from bot.retry import POLLING, SECOND_POLLER, RetryPolicy
from bot.shutdown import unless_stopped
from bot.telegram.answers import ForeignAnswer, LoggedOut, read_answer, status_of, understood
from bot.telegram.dispatch import to_stored
from bot.telegram.error_mapping import describe
from bot.telegram.errors import TelegramFailure, TokenRejected, TryAgain
from bot.telegram.receiving import ALLOWED_UPDATES, Receiver

logger = logging.getLogger(__name__)

_BATCH = 100
_NAME = named("telegram", "getUpdates")
_ANSWER_MARGIN_SECONDS = 15.0
_MOMENT_SECONDS = 1.0


class WebhookActive(TelegramFailure):
    """Telegram pushes to a webhook; polling is possible once it is deleted."""


class SecondPoller(TelegramFailure):
    """Another program fetches this bot's updates: it ended our poll."""


class PollFailed(TryAgain):
    """No updates this time."""


class Poller:
    """Asks for updates; neither keeps an offset nor repeats anything."""

    def __init__(self, bot: Bot, http: HttpClient) -> None:
        self._address = f"{bot.base_url}/getUpdates"
        self._http = http

    async def fetch(self, offset: int | None, hold_seconds: int = 0) -> list[Any]:
        """The next updates, held that long until there is one; confirms all below `offset`.

        Raises:
            PollFailed: the network, the server, an answer that is none, a token that is refused.
            SecondPoller: 409, another poll has taken over.
            WebhookActive: 409, a webhook is set.
        """
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
            return PollFailed(str(TokenRejected()))
        case HTTPStatus.CONFLICT if "webhook" in description.lower():
            return WebhookActive(description)
        case HTTPStatus.CONFLICT:
            return SecondPoller(description)
    return PollFailed(description, answer.get("parameters", {}).get("retry_after"))


_UNDISTURBED_SECONDS = 8
"""In that long another poller would have ended ours: it polls again a second after its own was
ended, and of conflicts that follow one another Telegram tells only after 3 s.
"""
_PATIENCE_SECONDS = 10.0


class Rivalry:
    """Of all who poll with one token, and end one another's polls, one is to go on: whoever was
    undisturbed before, so that a newcomer gives way. Nobody else takes anything.

    Who gave way looks now and then whether the other is still there: it ends our polls, or what we
    were given and left is not there any more.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._undisturbed_since = clock.steady_seconds()
        self._patient_until = -math.inf
        self._left: list[Any] = []
        self.gave_way = False

    @property
    def _is_undisturbed(self) -> bool:
        return self._clock.steady_seconds() - self._undisturbed_since >= _UNDISTURBED_SECONDS

    def look_anew(self) -> None:
        """What was before tells nothing of now."""
        self._undisturbed_since = self._clock.steady_seconds()
        self._left = []

    def met(self) -> None:
        """Another poll ended ours."""
        if self._is_undisturbed:
            self._patient_until = self._clock.steady_seconds() + _PATIENCE_SECONDS
        self.gave_way = self._clock.steady_seconds() > self._patient_until
        self.look_anew()

    def answered(self, updates: list[Any]) -> None:
        """Nobody ended our poll. Raises SecondPoller where somebody took what we left."""
        if any(update not in updates for update in self._left):
            raise SecondPoller("what was there is taken")
        self.gave_way = self.gave_way and not self._is_undisturbed
        self._left = updates if self.gave_way else []


@dataclass(frozen=True, slots=True)
class PollingOptions:
    """How updates are fetched; `hold_seconds`: how long Telegram holds an empty poll."""

    hold_seconds: int = 30
    second_poller: RetryPolicy = SECOND_POLLER
    retry: RetryPolicy = POLLING


async def _nobody() -> None:
    """Is told."""


class Polling:
    """Fetches and takes in; the next getUpdates, which confirms, is made only after that.

    `on_heard` is called whenever Telegram gave what there is for us, `on_giving_way` when another
    poller gets it from now on. Before the first answer, and while something is wrong, no poll is
    held: so it is known at once that it is well.
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
        on_giving_way: Callable[[], Awaitable[None]] = _nobody,
    ) -> None:
        self._on_heard = on_heard
        self._on_giving_way = on_giving_way
        self._is_well = False
        self._options = options or PollingOptions()
        self._bot = bot
        self._receiver = receiver
        self._clock = clock
        self._poller = Poller(bot, http)
        self._rivalry = Rivalry(clock)
        self._stop = asyncio.Event()
        self._offset: int | None = None
        self._failures = 0
        self.has_begun = False
        """Whether the first poll has."""

    def stop(self) -> None:
        """Make `run` return at once."""
        self._stop.set()

    async def run(self) -> None:
        """Fetch and take in until `stop`, whoever else polls and whatever Telegram refuses.

        Raises:
            sqlite3.Error: the inbox cannot be written; nothing unsaved was confirmed.
        """
        self.has_begun = True
        while not self._stop.is_set():
            batch = await self._fetch()
            if self._rivalry.gave_way:
                # What was not confirmed the other one gets, or we later.
                await self._sleep(_MOMENT_SECONDS)
            else:
                await self._accept(batch)

    async def _fetch(self) -> list[Any]:
        try:
            fetching = self._poller.fetch(self._offset, self._hold_seconds)
            batch = await unless_stopped(fetching, self._stop) or []
            self._rivalry.answered(batch)
        except PollFailed as failure:
            await self._pause(failure)
            return []
        except SecondPoller as conflict:
            await self._meet(conflict)
            return []
        except WebhookActive:
            logger.warning("a webhook is set for this bot: it is removed, polling takes over")
            await self._remove_webhook()
            return []
        self._failures = 0
        if not self._rivalry.gave_way:
            self._is_well = True
            self._on_heard()
        return batch

    @property
    def _hold_seconds(self) -> int:
        if self._rivalry.gave_way:
            return _UNDISTURBED_SECONDS
        return self._options.hold_seconds if self._is_well else 0

    async def _meet(self, conflict: SecondPoller) -> None:
        self._is_well, gave_way = False, self._rivalry.gave_way
        self._rivalry.met()
        if not self._rivalry.gave_way:
            logger.warning("another program polls as well (%s)", conflict, extra=SELDOM)
            await self._sleep(_MOMENT_SECONDS)
            return
        if not gave_way:
            await self._on_giving_way()
        await self._sleep(self._options.second_poller.endless_delay_seconds(1))
        self._rivalry.look_anew()

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
        logger.warning("no updates (%s), again in %.1f s", failure, seconds, extra=SELDOM)
        await self._sleep(seconds)
        self._rivalry.look_anew()

    async def _sleep(self, seconds: float) -> None:
        await unless_stopped(self._clock.sleep(seconds), self._stop)
