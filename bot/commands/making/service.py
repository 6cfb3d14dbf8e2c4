"""The video service that a command uses: the paid one if there is a key, else a local one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

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
    """An engine, and what the way to a video has to know about its other end."""

    engine: ServiceEngine
    settings: ServiceSettings
    clock: Clock
    paid: bool

    @property
    def look_seconds(self) -> float:
        """The wait between two looks at a task."""
        usual = _PAID_LOOK_SECONDS if self.paid else _LOCAL_LOOK_SECONDS
        return usual if self.settings.poll_seconds is None else self.settings.poll_seconds


@asynccontextmanager
async def video_service(settings: ServiceSettings) -> AsyncIterator[VideoService]:
    """The service that the settings ask for, for the duration of the block."""
    clock, key, kind = SystemClock(), settings.dashscope_api_key, ENGINES[settings.default_engine]
    paid = key is not None and not kind.is_local
    usual = next(iter(ENGINES.values())) if kind.is_local else kind
    async with _paid(settings, key, clock) if key and paid else _local(clock) as client:
        engine = ServiceEngine(client, usual, style=settings.style)
        yield VideoService(engine=engine, settings=settings, clock=clock, paid=paid)


@asynccontextmanager
async def _paid(
    settings: ServiceSettings, key: SecretStr, clock: Clock
) -> AsyncIterator[DashScope]:
    async with HttpClient() as http:
        yield DashScope(http, base_url=settings.dashscope_base_url, api_key=key, clock=clock)


@asynccontextmanager
async def _local(clock: Clock) -> AsyncIterator[DashScope]:
    """A client of a local service of its own; a proxy of the environment is not for it."""
    from bot.sandbox.server import serve_sandbox

    async with (
        serve_sandbox(telegram_port=0, dashscope_port=0) as sandbox,
        HttpClient(trust_env=False) as http,
    ):
        yield DashScope(
            http,
            base_url=sandbox.dashscope_base_url,
            api_key=SecretStr(sandbox.settings["DASHSCOPE_API_KEY"]),
            clock=clock,
        )
