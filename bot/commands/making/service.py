"""The video service that a command uses: the paid one if there is a key, else a local one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from bot.clock import Clock, SystemClock
from bot.config.engines import ENGINES
from bot.config.service import DEMO_API_KEY, ServiceSettings
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
    async with AsyncExitStack() as stack:
        address = settings.dashscope_base_url if paid else await _local_address(stack)
        # A proxy of the environment is not for a service of this machine.
        http = await stack.enter_async_context(HttpClient(trust_env=paid))
        client = DashScope(
            http,
            base_url=address,
            api_key=key if key and paid else SecretStr(DEMO_API_KEY),
            clock=clock,
        )
        engine = ServiceEngine(client, usual, style=settings.style)
        yield VideoService(engine=engine, settings=settings, clock=clock, paid=paid)


async def _local_address(stack: AsyncExitStack) -> str:
    """That of a local service of its own."""
    from bot.sandbox.server import serve_sandbox

    served = serve_sandbox(telegram_port=0, dashscope_port=0)
    return (await stack.enter_async_context(served)).dashscope_base_url
