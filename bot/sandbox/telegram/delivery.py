"""Posting updates to a bot's webhook, until it takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from bot.http_client import HttpClient
from bot.sandbox.telegram.bots.bots import Bot
from bot.sandbox.telegram.bots.updates import Json
from bot.sandbox.telegram.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (the header's name)
_TIMEOUT_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 60.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def deliverable(url: str) -> bool:
    """Whether the sandbox would post there."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK


def start_delivery(world: World, bot: Bot) -> None:
    """Deliver what waits and what comes, until the webhook is deleted or replaced."""
    bot.webhook.delivery = asyncio.get_running_loop().create_task(_deliver(world, bot))


async def _deliver(world: World, bot: Bot) -> None:
    async with (
        HttpClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http,
        asyncio.TaskGroup() as posts,
    ):
        delivery = _Delivery(world, bot, http)
        while True:
            for queue, update in delivery.ready():
                posts.create_task(delivery.post(queue, update))
            await bot.updates.grown()


@dataclass
class _Delivery:
    """As Telegram does it: several at once, of one chat one after the other; what fails is posted
    again, and keeps only its own chat waiting.
    """

    world: World
    bot: Bot
    http: HttpClient
    _busy: set[Hashable] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._connections = asyncio.Semaphore(self.bot.webhook.max_connections)

    def ready(self) -> list[tuple[Hashable, Json]]:
        """Those that can be posted now, each with its queue, which is busy from now on."""
        found: list[tuple[Hashable, Json]] = []
        reorder = self.world.settings.reorder_updates
        waiting = self.bot.updates.waiting
        for update in reversed(waiting) if reorder else waiting:
            queue = update["update_id"] if reorder else _queue_of(update)
            if queue not in self._busy:
                self._busy.add(queue)
                found.append((queue, update))
        return found

    async def post(self, queue: Hashable, update: Json) -> None:
        """Until it is taken, or dropped."""
        failures = 0
        while self.bot.updates.is_waiting(update) and not await self._is_taken(update):
            pause = self.world.settings.webhook_retry_seconds * 2**failures
            failures = min(failures + 1, 10)
            await self.world.clock.sleep(min(pause, _LONGEST_PAUSE_SECONDS))
        self._busy.discard(queue)
        self.bot.updates.wake()

    async def _is_taken(self, update: Json) -> bool:
        webhook = self.bot.webhook
        async with self._connections:
            problem = await self._answer(update)
            if problem is not None:
                webhook.last_error, webhook.last_error_seconds = problem, self.world.now_seconds()
                return False
            self.bot.updates.done(update)
            if self.world.settings.repeat_updates:
                await self._answer(update)
        return True

    async def _answer(self, update: Json) -> str | None:
        """None when the webhook took the update, else what went wrong."""
        webhook = self.bot.webhook
        headers = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
        try:
            answer = await self.http.post(webhook.url, json=update, headers=headers)
        except httpx.TimeoutException:
            return "Read timeout expired"
        except httpx.HTTPError:
            return "Connection refused"
        if answer.is_success:
            return None
        return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"


def _queue_of(update: Json) -> Hashable:
    """What its kind holds of one chat, or of one person, goes one after the other."""
    for kind, content in update.items():
        about = content.get("chat") or content.get("from") if isinstance(content, dict) else None
        if isinstance(about, dict):
            return kind, about.get("id")
    return int(update["update_id"])
