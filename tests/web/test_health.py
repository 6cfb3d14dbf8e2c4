"""Whether the bot is well: true within 90 s of each cause, and again within 30 s of its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import WebhookInfo
from telegram.error import TimedOut

from bot.http_client import HttpClient
from bot.telegram.answers import MethodMissing
from bot.telegram.polling import Polling
from bot.web.health import health_routes
from bot.web.observer import Observer
from bot.web.signs import Health, Sign
from bot.web.webhook_watch import WebhookWatch
from storage.db.database import Database
from tests.support.clock import HOUR, FakeClock

SEEN_SECONDS, OVER_SECONDS = 90, 30
OURS, ANOTHERS = "https://bot.example/telegram", "https://another.example/telegram"
ROOM_BYTES = 200_000_000
POLLED = {
    "dead network": 0,
    "stalled socket": 0,
    "answers of a portal": 0,
    "refused token": 401,
    "another poller": 409,
}
"""And what Telegram answers."""
HOOKED = ("another address", "errors", "none comes", "more and more wait", "dead network")
HERE = {
    "locked": Sign.DATABASE,
    "full": Sign.DISK,
    "narrow": Sign.ROOM,
    "refused": Sign.SERVICE,
    "stuck worker": Sign.WORKER,
    "stuck updates": Sign.UPDATES,
    "stuck loop": Sign.LOOP,
}
TURNS = 40
"""Of the loop in a second: far more than anything here takes."""


@dataclass
class Simulated(httpx.AsyncBaseTransport):
    """A bot of which only that is real what gives signs of life; `trouble` is what it has."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(jumps=False))
    trouble: str = ""
    latency_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.health = Health(clock=self.clock)
        self.looks: list[tuple[str, set[str]]] = []
        self.telegram: WebhookOfTelegram | None = None

    async def passes(self, seconds: float) -> None:
        """So much time, which is all looked at."""
        for _ in range(round(seconds)):
            self.clock.advance(1.0)
            if self.telegram is not None:
                self.telegram.second(self.trouble)
            for _ in range(TURNS):
                await asyncio.sleep(0)
            diagnosis = self.health.diagnosis
            self.looks.append((diagnosis.status, set(diagnosis.causes)))

    async def beats(self, sign: Sign, trouble: str) -> None:
        """A loop that goes round once a second."""
        while True:
            if self.trouble != trouble:
                self.health.heard(sign)
            await self.clock.sleep(1.0)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """The database's; another program may have locked it."""
        while self.trouble == "locked":
            await self.clock.sleep(0.2)
        yield

    async def service_works(self) -> bool:
        return self.trouble != "refused"

    def free(self, _: Path) -> SimpleNamespace:
        free = {"full": 0, "narrow": ROOM_BYTES - 1}.get(self.trouble, 10 * ROOM_BYTES)
        return SimpleNamespace(free=free)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """A poll, whose connection is lost for good where something was wrong meanwhile."""
        held, longest = json.loads(request.content)["timeout"], request.extensions["timeout"]
        if self.trouble == "dead network":
            await self.clock.sleep(longest["connect"])
            raise httpx.ConnectTimeout("dead")
        for _ in range(round(held + self.latency_seconds)):
            await self.clock.sleep(1.0)
            if self.trouble == "another poller":
                return refusal(POLLED[self.trouble])
            if self.trouble in ("dead network", "stalled socket"):
                await self.clock.sleep(longest["read"])
                raise httpx.ReadTimeout("stalled")
        if self.trouble == "stalled socket":
            await self.clock.sleep(longest["read"])
            raise httpx.ReadTimeout("stalled")
        if self.trouble == "answers of a portal":
            return httpx.Response(200, text="<html>")
        if self.trouble == "refused token":
            return refusal(POLLED[self.trouble])
        return httpx.Response(200, json={"ok": True, "result": []})


def refusal(code: int) -> httpx.Response:
    """Telegram's."""
    said = {"ok": False, "error_code": code, "description": "Refused: as in this test"}
    return httpx.Response(code, json=said)


class WebhookOfTelegram:
    """Telegram's side of a webhook: an update now and then, sent again until it is taken."""

    def __init__(self, every_seconds: int, clock: FakeClock) -> None:
        self.received = self.waiting = self.at = self.error_at = 0
        self._every_seconds = every_seconds
        self._clock = clock
        self._trouble = ""

    def second(self, trouble: str) -> None:
        """What happens in one; somebody writes as soon as something is wrong."""
        self.at += 1
        begins = trouble != self._trouble and trouble != ""
        self._trouble = trouble
        self.waiting += begins or (self._every_seconds > 0 and self.at % self._every_seconds == 0)
        if trouble == "errors" and (begins or self.at % 40 == 0):
            self.error_at = self.at
        if trouble == "more and more wait":
            self.waiting += 2
            self.received += 1
        elif trouble in ("", "dead network"):
            self.received, self.waiting = self.received + self.waiting, 0

    async def get_webhook_info(self, *, read_timeout: float) -> WebhookInfo:
        if self._trouble == "dead network":
            await self._clock.sleep(read_timeout)
            raise TimedOut
        url = ANOTHERS if self._trouble == "another address" else OURS
        error_at = datetime.fromtimestamp(self.error_at, UTC) if self.error_at else None
        said: dict[str, Any] = {"last_error_date": error_at, "last_error_message": "502"}
        return WebhookInfo(url, False, self.waiting, **said)


@asynccontextmanager
async def simulated(*, webhook_every: int | None = None) -> AsyncIterator[Simulated]:
    """It has begun a while ago; `webhook_every`: how many seconds pass between two updates."""
    bot = Simulated()
    observer = Observer(
        health=bot.health,
        database=cast(Database, bot),
        service_works=bot.service_works,
        folders=[Path("/")],
        room_bytes=ROOM_BYTES,
    )
    works: list[Coroutine[Any, Any, None]] = [observer.run()]
    works += [bot.beats(sign, f"stuck {sign}") for sign in (Sign.WORKER, Sign.UPDATES, Sign.LOOP)]
    async with HttpClient(transport=bot) as http:
        works.append(_listening(bot, http, webhook_every))
        with patch("asyncio.to_thread", _at_once), patch("shutil.disk_usage", bot.free):
            tasks = [asyncio.create_task(work) for work in works]
            await bot.passes(100)
            assert {status for status, _ in bot.looks[10:]} == {"ok"}
            yield bot
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _listening(
    bot: Simulated, http: HttpClient, webhook_every: int | None
) -> Coroutine[Any, Any, None]:
    if webhook_every is None:
        return Polling(
            bot=cast(Any, SimpleNamespace(base_url="http://telegram/bot1")),
            http=http,
            receiver=cast(Any, None),
            clock=bot.clock,
            on_heard=lambda: bot.health.heard(Sign.TELEGRAM),
        ).run()
    bot.telegram = telegram = WebhookOfTelegram(webhook_every, bot.clock)
    return WebhookWatch(
        bot=cast(Any, telegram), health=bot.health, address=OURS, received=lambda: telegram.received
    ).run()


async def _at_once(call: Callable[[], Any]) -> Any:
    return call()


async def is_true(bot: Simulated, trouble: str, sign: Sign, before: int, lasts: int) -> None:
    """Well before, ill of this alone within 90 s, well again within 30 s; somebody sets the clock
    meanwhile.
    """
    await bot.passes(before)
    bot.clock.set_wall(-HOUR)
    assert {status for status, _ in bot.looks[10:]} == {"ok"}
    since, bot.trouble = len(bot.looks), trouble
    await bot.passes(lasts)
    bot.clock.set_wall(24 * HOUR)
    over, bot.trouble = len(bot.looks), ""
    await bot.passes(300)
    ill = "degraded" if sign in (Sign.ROOM, Sign.SERVICE) else "dead"
    assert {look for look, _ in bot.looks[since + SEEN_SECONDS : over]} == {ill}
    assert {look for look, _ in bot.looks[over + OVER_SECONDS :]} == {"ok"}
    named = {cause for _, causes in bot.looks[since:] for cause in causes}
    assert named == {sign.value, *([Sign.ROOM.value] if trouble == "full" else [])}


MOMENTS = {"before": st.integers(0, 60), "lasts": st.integers(SEEN_SECONDS + 1, 400)}


@pytest.mark.sampled(every=2)
@pytest.mark.parametrize("trouble", HERE)
@settings(max_examples=4, deadline=None)
@given(**MOMENTS)
def test_what_is_wrong_here_is_known_in_time(trouble: str, before: int, lasts: int) -> None:
    async def told() -> None:
        async with simulated() as bot:
            await is_true(bot, trouble, HERE[trouble], before, lasts)

    asyncio.run(told())


@pytest.mark.sampled(every=2)
@pytest.mark.parametrize("trouble", POLLED)
@settings(max_examples=5, deadline=None)
@given(**MOMENTS)
def test_that_nothing_is_fetched_is_known_in_time(trouble: str, before: int, lasts: int) -> None:
    async def told() -> None:
        async with simulated() as bot:
            await is_true(bot, trouble, Sign.TELEGRAM, before, lasts)

    asyncio.run(told())


@pytest.mark.sampled(every=2)
@pytest.mark.parametrize("trouble", HOOKED)
@settings(max_examples=5, deadline=None)
@given(every=st.sampled_from([0, 7, 100]), **MOMENTS)
def test_that_nothing_is_sent_to_the_webhook_is_known_in_time(
    trouble: str, every: int, before: int, lasts: int
) -> None:
    async def told() -> None:
        async with simulated(webhook_every=every) as bot:
            await is_true(bot, trouble, Sign.TELEGRAM, before, lasts)

    asyncio.run(told())


@pytest.mark.parametrize("said", ["https://BOT.example:443/telegram", None])
def test_a_server_that_says_it_otherwise_or_cannot_tell_is_not_deaf(said: str | None) -> None:
    async def told() -> None:
        async with simulated(webhook_every=0) as bot:

            async def answer(*, read_timeout: float) -> WebhookInfo:
                if said is None:
                    raise MethodMissing(f"getWebhookInfo is not known there after {read_timeout}")
                return WebhookInfo(said, False, 0)

            cast(Any, bot.telegram).get_webhook_info = answer
            await bot.passes(300)
            assert {status for status, _ in bot.looks[10:]} == {"ok"}

    asyncio.run(told())


@settings(max_examples=4, deadline=None)
@given(every=st.sampled_from([None, 0, 1, 20]), latency_seconds=st.integers(0, 8))
def test_quiet_is_not_deaf(every: int | None, latency_seconds: int) -> None:
    """Also where Telegram is slow to answer, and a connection is lost in vain now and then."""

    async def told() -> None:
        async with simulated(webhook_every=every) as bot:
            bot.latency_seconds = latency_seconds
            for _ in range(4):
                await bot.passes(500)
                bot.trouble = "stalled socket"
                await bot.passes(1)
                bot.trouble = ""
            assert {status for status, _ in bot.looks[10:]} == {"ok"}

    asyncio.run(told())


async def test_who_restarts_what_is_dead_leaves_alone_what_only_lacks_something() -> None:
    clock = FakeClock()
    health = Health(clock=clock)
    alive, ready = health_routes(health)

    async def asked() -> list[tuple[int, Any]]:
        answers = [await route.endpoint(None) for route in (alive, ready)]
        return [(answer.status_code, json.loads(answer.body)) for answer in answers]

    assert [status for status, _ in await asked()] == [200, 503]
    for sign in Sign:
        health.heard(sign)
    assert await asked() == [(200, {"status": "ok", "causes": {}})] * 2
    clock.advance(80)
    for sign in set(Sign) - {Sign.SERVICE}:
        health.heard(sign)
    (lives, said), (is_ready, _) = await asked()
    assert (lives, is_ready) == (200, 503)
    assert said == {"status": "degraded", "causes": {"service": Sign.SERVICE.silence}}
    clock.advance(80)
    (lives, said), (is_ready, _) = await asked()
    assert (lives, is_ready) == (503, 503)
    assert said["status"] == "dead"
    assert set(said["causes"]) == set(map(str, Sign))
