"""The whole sandbox in one process: local Telegram and local video service, on two ports."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

from bot.clock import Clock, SystemClock
from bot.config.sentences import SettingsInvalid
from bot.config.service import DEMO_API_KEY
from bot.http_server import LOOPBACK
from bot.sandbox.dashscope.app import create_dashscope_app
from bot.sandbox.dashscope.inputs.faces import FaceFinder
from bot.sandbox.dashscope.settings import ProviderSettings
from bot.sandbox.dashscope.tasks.renderer import Renderer
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.serving import serve
from bot.sandbox.telegram.app import create_telegram_app
from bot.sandbox.telegram.people import OPERATOR_ID

DEMO_BOT_TOKEN = "4242:AAH-local-sandbox-token-000000000000"  # noqa: S105 (it is no secret)
"""A bot token that the local Telegram accepts, as it does any other of that shape."""

TELEGRAM_PORT = 8081
DASHSCOPE_PORT = 8082


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Where the running sandbox is found."""

    telegram_base_url: str
    """What stands before `/bot<token>`."""
    dashscope_base_url: str
    """Up to and with `/api/v1`."""
    journal: Journal
    faults: FaultBoard
    bill: Callable[[], dict[str, Any]]
    """What the provider bills by now."""
    has_operator: bool = False
    """Whether somebody there runs the bot."""

    @property
    def page_url(self) -> str:
        """The chat page."""
        return f"{self.telegram_base_url}/"

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a bot that lives in this sandbox."""
        operator = {"ADMIN_IDS": str(OPERATOR_ID)} if self.has_operator else {}
        return {
            **operator,
            "TELEGRAM_BOT_TOKEN": DEMO_BOT_TOKEN,
            "TELEGRAM_BASE_URL": self.telegram_base_url,
            "DASHSCOPE_API_KEY": DEMO_API_KEY,
            "DASHSCOPE_BASE_URL": self.dashscope_base_url,
        }


@asynccontextmanager
async def serve_sandbox(
    *,
    telegram_host: str = LOOPBACK,
    telegram_port: int = TELEGRAM_PORT,
    dashscope_port: int = DASHSCOPE_PORT,
    render_seconds: float | None = None,
    clock: Clock | None = None,
    renderer: Renderer | None = None,
    find_faces: FaceFinder | None = None,
    tls: ssl.SSLContext | None = None,
    has_operator: bool = False,
) -> AsyncIterator[Sandbox]:
    """Serve both for the duration of the block, on loopback; port 0 is any free one.

    `renderer` and `find_faces`: see `create_dashscope_app`; `telegram_host` and `tls`: see
    `serve`; `has_operator`: see `World`.

    Raises SettingsInvalid: another program listens on a port.
    """
    clock = clock or SystemClock()
    journal, faults = Journal(clock), FaultBoard()
    provider = create_dashscope_app(
        journal,
        faults,
        clock=clock,
        settings=ProviderSettings(render_seconds=render_seconds),
        renderer=renderer,
        find_faces=find_faces,
    )
    telegram = create_telegram_app(
        journal, faults, clock=clock, provider_control=provider.control, has_operator=has_operator
    )
    served: dict[str, Any] = {"clock": clock, "tls": tls}
    async with AsyncExitStack() as stack:
        dashscope_url = await _serve(stack, provider.app, LOOPBACK, dashscope_port, served)
        telegram_url = await _serve(stack, telegram, telegram_host, telegram_port, served)
        dashscope_url += "/api/v1"
        yield Sandbox(telegram_url, dashscope_url, journal, faults, provider.bill, has_operator)


async def _serve(
    stack: AsyncExitStack, app: ASGIApp, host: str, port: int, served: dict[str, Any]
) -> str:
    try:
        return await stack.enter_async_context(serve(app, host=host, port=port, **served))
    except OSError as error:
        raise SettingsInvalid(
            f"Port {port} of this machine cannot be used ({error.strerror}): stop what listens "
            "there, or choose another."
        ) from error
