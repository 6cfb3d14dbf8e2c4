"""How long Telegram waits for its 200 behind a webhook, while all that it sends is handled as well:
300 updates in 3 s, then 20 a second for a minute, each of somebody else.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from bot.config.settings import WebhookSettings
from tests.bench.figures import Figure, figure_of
from tests.support.world import World, world

PROMISED_MILLISECONDS = 50.0
_BURST, _BURST_SECONDS = 300, 3.0
_EACH_SECOND = 20
_FIRST_UPDATE = 900_000
_AT_ONCE = 40
"""Telegram's own `max_connections`."""


async def measure(runs: int = 1, after_seconds: int = 60) -> list[Figure]:
    """Milliseconds until the 200: 95 of 100 take no longer."""
    pairs = [(await _ours(after_seconds), PROMISED_MILLISECONDS) for _ in range(runs)]
    return [figure_of("webhook", "p95 until the 200", pairs, "ms", "what is promised", 1.0)]


async def _ours(after_seconds: int) -> float:
    async with _behind() as (there, http):
        moments = [i * _BURST_SECONDS / _BURST for i in range(_BURST)]
        moments += [_BURST_SECONDS + i / _EACH_SECOND for i in range(after_seconds * _EACH_SECOND)]
        people = [(await there.person()).user_id for _ in range(_AT_ONCE)]
        began, places = time.perf_counter(), asyncio.Semaphore(_AT_ONCE)

        async def post(number: int, moment: float) -> float:
            await asyncio.sleep(began + moment - time.perf_counter())
            update = _update(number, people[number % len(people)])
            async with places:
                since = time.perf_counter()
                answer = await http.post("/telegram", json=update)
                answer.raise_for_status()
                return 1000 * (time.perf_counter() - since)

        taken = await asyncio.gather(*(post(n, moment) for n, moment in enumerate(moments)))
        return statistics.quantiles(taken, n=20)[-1]


@asynccontextmanager
async def _behind() -> AsyncIterator[tuple[World, httpx.AsyncClient]]:
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {"BOT_COMMAND": "web"}):
        async with world(Path(folder), {"LOG_LEVEL": "INFO"}, stand_ins=True) as there:
            await there.up()
            chosen = {name.lower(): value for name, value in there.settings.items()}
            settings = WebhookSettings.model_validate(chosen)
            said = settings.webhook_secret.get_secret_value()
            headers = {"X-Telegram-Bot-Api-Secret-Token": said}
            async with httpx.AsyncClient(
                base_url=settings.public_url or "", headers=headers
            ) as http:
                yield there, http


def _update(number: int, user_id: int) -> dict[str, Any]:
    person = {"id": user_id, "is_bot": False, "first_name": "Ada"}
    chat = {"id": user_id, "type": "private", "first_name": "Ada"}
    about = {"message_id": number, "date": int(time.time()), "chat": chat, "from": person}
    return {"update_id": _FIRST_UPDATE + number, "message": {**about, "text": f"hello {number}"}}
