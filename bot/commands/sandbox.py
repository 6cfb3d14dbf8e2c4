"""`talking-photo sandbox`: a local Telegram and a local video service, for any client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from bot.commands.failure import Failure
from bot.commands.signals import stop_on_signals

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

PORT = click.IntRange(0, 65_535)
_WORDS = """\
Chat page       {page}
Local Telegram  {telegram}
Local service   {dashscope}

Settings for a bot that uses them:

{settings}

Ctrl-C stops them."""


@click.command()
@click.option(
    "--telegram-port", type=PORT, default=8081, show_default=True, help="0: any free port."
)
@click.option(
    "--dashscope-port", type=PORT, default=8082, show_default=True, help="0: any free port."
)
@click.option(
    "--render-seconds",
    type=click.FloatRange(min=0),
    help="Seconds that every video takes; without it, as long as it really does.",
)
def sandbox(telegram_port: int, dashscope_port: int, render_seconds: float | None) -> None:
    """Serve a local Telegram and a local video service on this machine only."""
    asyncio.run(_serve(telegram_port, dashscope_port, render_seconds))


async def _serve(telegram_port: int, dashscope_port: int, render_seconds: float | None) -> None:
    async with serving(telegram_port, dashscope_port, render_seconds) as served:
        with stop_on_signals() as stop:
            settings = "\n".join(f"{name}={value}" for name, value in served.settings.items())
            click.echo(
                _WORDS.format(
                    page=served.page_url,
                    telegram=served.telegram_base_url,
                    dashscope=served.dashscope_base_url,
                    settings=settings,
                )
            )
            await stop.wait()


@asynccontextmanager
async def serving(
    telegram_port: int,
    dashscope_port: int,
    render_seconds: float | None,
    telegram_host: str = "127.0.0.1",
) -> AsyncIterator[Sandbox]:
    """Both services for the duration of the block; raises Failure where a port is taken."""
    from bot.sandbox.server import PortTaken, serve_sandbox

    try:
        async with serve_sandbox(
            telegram_host=telegram_host,
            telegram_port=telegram_port,
            dashscope_port=dashscope_port,
            render_seconds=render_seconds,
            has_operator=True,
        ) as served:
            yield served
    except PortTaken as taken:
        raise Failure(str(taken)) from None
