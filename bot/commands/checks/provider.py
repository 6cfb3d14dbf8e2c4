"""The video service: address, key, region and models, by calls that cost nothing."""

from __future__ import annotations

from bot.clock import Clock
from bot.commands.checks.finding import Finding, ok, problem
from bot.commands.making.sentences import sentence
from bot.config.engines import ENGINES
from bot.config.mending import is_elsewhere
from bot.config.service import ServiceSettings
from bot.dashscope.client import DashScope
from bot.dashscope.errors import DashScopeError, Unanswered
from bot.http_client import HttpClient


async def check_provider(
    settings: ServiceSettings, http: HttpClient, clock: Clock
) -> list[Finding]:
    """Ask for room for the model of each engine that is on, and for nothing to be put there."""
    key = settings.dashscope_api_key
    models = [model for name in settings.engines if (model := ENGINES[name].model)]
    if not models or key is None:
        return [ok("video service: not used, videos are previews made on this machine")]
    client = DashScope(http, base_url=settings.dashscope_base_url, api_key=key, clock=clock)
    return [await _look(client, model, settings) for model in models]


async def _look(client: DashScope, model: str, settings: ServiceSettings) -> Finding:
    try:
        await client.find(model)
    except Unanswered as error:
        return problem(
            f"video service: cannot reach {settings.dashscope_base_url} ({error})",
            "check the network, the address and the region",
        )
    except DashScopeError as error:
        told = f"video service: {model} is refused ({error.code or 'no code'})"
        return problem(told, _elsewhere(settings, model) or sentence(error))
    return ok(f"video service: the key works, and {model} is there")


def _elsewhere(settings: ServiceSettings, model: str) -> str | None:
    if not is_elsewhere(settings.dashscope_base_url):
        return None
    return (
        f"{model} is in Beijing only: use a key of that region, and remove DASHSCOPE_BASE_URL and "
        "DASHSCOPE_REGION or have them name it"
    )
