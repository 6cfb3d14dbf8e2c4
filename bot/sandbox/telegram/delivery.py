"""Posting updates to a bot's webhook, until it takes them."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx

from bot.http_client import HttpClient
from bot.sandbox.telegram.bots import Bot
from bot.sandbox.telegram.updates import Json
from bot.sandbox.telegram.webhook import Webhook
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
    webhook = bot.webhook
    failures = 0
    async with HttpClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as http:
        while True:
            settings = world.settings
            update = bot.updates.last() if settings.reorder_updates else bot.updates.first()
            if update is None:
                await bot.updates.grown()
                continue
            problem = await _post(http, webhook, update)
            if problem is None:
                failures = 0
                bot.updates.done(update)
                if settings.repeat_updates:
                    await _post(http, webhook, update)
                continue
            webhook.last_error, webhook.last_error_seconds = problem, world.now_seconds()
            pause = settings.webhook_retry_seconds * 2**failures
            failures = min(failures + 1, 10)
            await world.clock.sleep(min(pause, _LONGEST_PAUSE_SECONDS))


async def _post(http: HttpClient, webhook: Webhook, update: Json) -> str | None:
    """None when the webhook took the update, else what went wrong."""
    headers = {SECRET_HEADER: webhook.secret_token} if webhook.secret_token else {}
    try:
        answer = await http.post(webhook.url, json=update, headers=headers)
    except httpx.TimeoutException:
        return "Read timeout expired"
    except httpx.HTTPError:
        return "Connection refused"
    if answer.is_success:
        return None
    return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
