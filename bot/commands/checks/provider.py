"""The video service: address, key and region, by a read that costs nothing."""

from __future__ import annotations

from bot.clock import Clock
from bot.commands.checks.finding import Finding, ok, problem
from bot.commands.making.sentences import sentence
from bot.config.engines import ENGINES
from bot.config.service import ServiceSettings
from bot.dashscope.client import DashScope
from bot.dashscope.errors import DashScopeError, Unanswered
from bot.http_client import HttpClient


async def check_provider(
    settings: ServiceSettings, http: HttpClient, clock: Clock
) -> list[Finding]:
    """List the account's tasks of the last 24 hours, by the model of each engine that is on."""
    key = settings.dashscope_api_key
    models = [model for name in settings.engines if (model := ENGINES[name].model)]
    if not models or key is None:
        return [ok("video service: not used, videos are previews made on this machine")]
    client = DashScope(
        http, base_url=settings.dashscope_base_url, api_key=key, clock=clock, submit_http=http
    )
    return [await _look(client, model, settings) for model in models]


async def _look(client: DashScope, model: str, settings: ServiceSettings) -> Finding:
    try:
        tasks = await client.list_tasks(model)
    except Unanswered as error:
        return problem(
            f"video service: cannot reach {settings.dashscope_base_url} ({error})",
            "check the network, the address and the region",
        )
    except DashScopeError as error:
        told = error.code or "no code"
        return problem(f"video service: the list of tasks is refused ({told})", sentence(error))
    return ok(f"video service: the key works; {len(tasks)} tasks of {model} in the last 24 hours")
