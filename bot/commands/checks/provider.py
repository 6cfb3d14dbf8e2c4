"""The video service: address, key and region, by a read that costs nothing."""

from __future__ import annotations

import httpx

from bot.clock import Clock
from bot.commands.checks.finding import Finding, ok, problem
from bot.commands.making.sentences import sentence
from bot.config import ServiceSettings
from bot.dashscope.client import DashScope
from bot.dashscope.errors import DashScopeError, TryAgain
from bot.dashscope.request import EMO_MODEL, S2V_MODEL

_HOUR_MILLISECONDS = 3_600_000


async def check_provider(
    settings: ServiceSettings, http: httpx.AsyncClient, clock: Clock
) -> list[Finding]:
    """List the account's tasks of the last hour."""
    key = settings.dashscope_api_key
    if settings.engine == "preview" or key is None:
        return [ok("video service: not used, videos are previews made on this machine")]
    client = DashScope(
        http, base_url=settings.dashscope_base_url, api_key=key, clock=clock, submit_http=http
    )
    now = clock.now_milliseconds()
    model = EMO_MODEL if settings.engine == "emo" else S2V_MODEL
    try:
        tasks = await client.list_tasks(model, now - _HOUR_MILLISECONDS, now)
    except TryAgain as error:
        return [
            problem(
                f"video service: no use of {settings.dashscope_base_url} ({error})",
                "check the network, the address and the region",
            )
        ]
    except DashScopeError as error:
        told = error.code or "no code"
        return [problem(f"video service: the list of tasks is refused ({told})", sentence(error))]
    return [ok(f"video service: the key works; {len(tasks)} tasks of {model} in the last hour")]
