"""`talking-photo sandbox`: a local Telegram and a local video service, for any client."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

import click

from bot.commands.failure import sentences_said
from bot.commands.signals import stop_on_signals

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

PORT = click.IntRange(0, 65_535)
RENDER_SECONDS = click.option(
    "--render-seconds",
    type=click.FloatRange(min=0),
    help="Seconds that every video takes; without it, as long as it really does.",
)
_WORDS = """\
Chat page       {served.page_url}
Local Telegram  {served.telegram_base_url}
Local service   {served.dashscope_base_url}

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
@RENDER_SECONDS
def sandbox(telegram_port: int, dashscope_port: int, render_seconds: float | None) -> None:
    """Serve a local Telegram and a local video service on this machine only."""
    from bot.sandbox.server import serve_sandbox

    served = serve_sandbox(
        telegram_port=telegram_port,
        dashscope_port=dashscope_port,
        render_seconds=render_seconds,
        has_operator=True,
    )
    with sentences_said():
        asyncio.run(_serve(served))


async def _serve(sandbox: AbstractAsyncContextManager[Sandbox]) -> None:
    async with sandbox as served:
        with stop_on_signals() as stop:
            settings = "\n".join(f"{name}={value}" for name, value in served.settings.items())
            click.echo(_WORDS.format(served=served, settings=settings))
            await stop.wait()
