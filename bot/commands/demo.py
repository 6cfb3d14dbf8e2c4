"""`talking-photo demo`: everything at once, on this machine, without any account."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.commands.child import BotProcess, bot_process
from bot.commands.failure import Failure, sentences_said
from bot.commands.machine_zone import machine_zone
from bot.commands.sandbox import PORT, RENDER_SECONDS
from bot.commands.signals import stop_on_signals
from bot.config.folders import SettingsFolder, make_folders
from bot.http_client import HttpClient
from bot.http_server import LOOPBACK, listener_on
from bot.shutdown import unless_stopped

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

_START_SECONDS = 60.0
_LOOK_SECONDS = 0.1
ROOMY = {
    "QUOTA_SECONDS_PER_DAY": "3600",
    "DETECTIONS_PER_PERSON_PER_DAY": "1000",
    "BUDGET_YUAN_PER_DAY": "1000000",
    "BUDGET_YUAN_PER_MONTH": "10000000",
    "POLL_SECONDS": "1",
}
"""The money is no real one: what ends is each person's quota, never the bot's budget."""


@click.command()
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the bot's data here; without it, everything is forgotten at the end.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where the page listens: 0.0.0.0 in a container.",
)
@click.option("--telegram-port", type=PORT, help="[default: 8081, or any free port]")
@click.option("--dashscope-port", type=PORT, help="[default: 8082, or any free port]")
@RENDER_SECONDS
def demo(
    no_browser: bool,
    directory: Path | None,
    host: str,
    telegram_port: int | None,
    dashscope_port: int | None,
    render_seconds: float | None,
) -> None:
    """Start a local Telegram, a local video service and the bot, and open the chat page."""
    from bot.sandbox.server import DASHSCOPE_PORT, TELEGRAM_PORT, serve_sandbox

    sandbox = serve_sandbox(
        telegram_host=host,
        telegram_port=_usual_or_free(TELEGRAM_PORT) if telegram_port is None else telegram_port,
        dashscope_port=_usual_or_free(DASHSCOPE_PORT) if dashscope_port is None else dashscope_port,
        render_seconds=render_seconds,
        has_operator=True,
    )
    with sentences_said(), _data_directory(directory) as data:
        asyncio.run(_demo(data, not no_browser, sandbox))


async def _demo(
    data: Path, browser: bool, serving_sandbox: AbstractAsyncContextManager[Sandbox]
) -> None:
    with stop_on_signals() as stop:
        async with serving_sandbox as sandbox:
            async with bot_process(data, _settings(sandbox, data)) as bot:
                click.echo("Starting the bot …")
                if await unless_stopped(_begins(bot, sandbox), stop):
                    _welcome(sandbox.page_url, browser)
                await unless_stopped(bot.process.wait(), stop)
            if not stop.is_set():
                raise Failure(f"The bot stopped by itself. Its last words:\n{bot.last_lines()}")
            click.echo("Stopped.")


async def _begins(bot: BotProcess, sandbox: Sandbox) -> bool:
    """Wait until the bot fetches its messages; False when it ended first."""
    http = HttpClient(base_url=sandbox.telegram_base_url, trust_env=False)
    try:
        async with asyncio.timeout(_START_SECONDS), http:
            while bot.is_running:
                answer = await http.get("/sim/outbox", params={"method": "getUpdates"})
                if answer.json()["calls"]:
                    return True
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise Failure(
            f"The bot did not start within {_START_SECONDS:.0f} seconds. Its last words:\n"
            f"{bot.last_lines()}"
        ) from None
    return False


def _usual_or_free(port: int) -> int:
    """The usual port, or 0 (any free one) when another program has it."""
    try:
        listener_on(LOOPBACK, port).close()
    except OSError:
        return 0
    return port


def _settings(sandbox: Sandbox, data: Path) -> dict[str, str]:
    here = {"TIME_ZONE": machine_zone(), "DATABASE_URL": f"sqlite:///{data / 'demo.db'}"}
    return {**sandbox.settings, **ROOMY, **here}


@contextmanager
def _data_directory(chosen: Path | None) -> Iterator[Path]:
    if chosen is not None:
        make_folders([SettingsFolder("--directory", chosen)])
        yield chosen.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="talking-photo-") as temporary:
        yield Path(temporary)


def _welcome(page_url: str, browser: bool) -> None:
    click.echo(f"\nTalking Photo is ready: {page_url}\n")
    click.echo("Send a portrait and a voice message in the chat. Ctrl-C stops everything.")
    click.echo("Olga, in the menu at the top left, runs the bot: alerts and reports come to her.")
    if browser and _has_desktop():
        webbrowser.open(page_url)


def _has_desktop() -> bool:
    """Without one, a text browser would take over this terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
