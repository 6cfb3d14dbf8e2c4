"""The video service that a command uses: the paid one if there is a key, else a local one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from bot.clock import Clock, SystemClock
from bot.config.engines import ENGINES
from bot.config.service import ServiceSettings
from bot.dashscope.client import DashScope
from bot.engines.dashscope import ServiceEngine
from bot.http_client import HttpClient

_LOCAL_LOOK_SECONDS = 0.3
_PAID_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoService:
    """A client, and what the way to a video has to know about its other end."""

    client: DashScope
    engine: ServiceEngine
    settings: ServiceSettings
    clock: Clock
    paid: bool
    look_seconds: float
    """The wait between two looks at a task."""


@asynccontextmanager
async def video_service(settings: ServiceSettings) -> AsyncIterator[VideoService]:
    """The service that the settings ask for, for the duration of the block."""
    key = settings.dashscope_api_key
    if key is not None and not ENGINES[settings.default_engine].is_local:
        async with HttpClient() as http:
            client = DashScope(
                http, base_url=settings.dashscope_base_url, api_key=key, clock=SystemClock()
            )
            yield _service(client, settings, paid=True)
            await client.aclose()
        return
    async with _local_client() as client:
        yield _service(client, settings, paid=False)


@asynccontextmanager
async def _local_client() -> AsyncIterator[DashScope]:
    """A client of a local service of its own; a proxy of the environment is not for it."""
    from bot.sandbox.server import serve_sandbox

    single = httpx.Limits(max_keepalive_connections=0)
    async with (
        serve_sandbox(telegram_port=0, dashscope_port=0) as sandbox,
        HttpClient(trust_env=False) as http,
        HttpClient(trust_env=False, limits=single) as submit_http,
    ):
        yield DashScope(
            http,
            base_url=sandbox.dashscope_base_url,
            api_key=SecretStr(sandbox.settings["DASHSCOPE_API_KEY"]),
            clock=SystemClock(),
            submit_http=submit_http,
        )


def _service(client: DashScope, settings: ServiceSettings, *, paid: bool) -> VideoService:
    usual_kind, chosen = next(iter(ENGINES.values())), ENGINES[settings.default_engine]
    usual = _PAID_LOOK_SECONDS if paid else _LOCAL_LOOK_SECONDS
    return VideoService(
        client=client,
        engine=ServiceEngine(
            client, usual_kind if chosen.is_local else chosen, style=settings.style
        ),
        settings=settings,
        clock=SystemClock(),
        paid=paid,
        look_seconds=usual if settings.poll_seconds is None else settings.poll_seconds,
    )
