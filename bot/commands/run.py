"""`talking-photo run`: the bot."""

from __future__ import annotations

import asyncio
import logging

import click

from bot.commands.failure import UNKNOWN_BOT, Failure, sentences_said
from bot.commands.signals import stop_on_signals, stop_when_stdin_closes
from bot.config.folders import database_folder, make_folders, video_folders
from bot.config.misspelt import misspelt_settings
from bot.config.settings import Settings
from bot.logs import set_up_logging
from bot.telemetry import set_up_telemetry
from storage.db.lock import instance_lock

log = logging.getLogger(__name__)

_LOOK_AFTER_SECONDS = 2.0


STOP_WITH_STDIN = click.option(
    "--stop-with-stdin",
    is_flag=True,
    help="Stop when standard input closes: for a program that starts the bot and may die.",
)


@click.command()
@STOP_WITH_STDIN
def run(stop_with_stdin: bool) -> None:
    """Run the bot until Ctrl-C or SIGTERM."""
    start(Settings, stop_with_stdin=stop_with_stdin)


def start(kind: type[Settings], *, stop_with_stdin: bool) -> None:
    """With settings of that kind, until it is stopped."""
    if stop_with_stdin:
        stop_when_stdin_closes()
    with sentences_said():
        settings = kind.load()
        make_folders([database_folder(settings), *video_folders(settings)])
        set_up_logging(settings.log_level, settings.secrets, settings.log_format)
        for sentence in misspelt_settings():
            log.warning(sentence)
        set_up_telemetry(settings)
        _run(settings)


def _run(settings: Settings) -> None:
    from bot.app import run as run_bot
    from bot.telegram.errors import TokenRejected

    async def until_stopped() -> None:
        with stop_on_signals() as stop:
            looking = asyncio.create_task(_look_at_provider(settings))
            try:
                await run_bot(settings, stop=stop)
            finally:
                looking.cancel()
                await asyncio.wait([looking])

    try:
        with instance_lock(settings.database_path):
            asyncio.run(until_stopped())
    except TokenRejected:
        raise Failure(UNKNOWN_BOT) from None


async def _look_at_provider(settings: Settings) -> None:
    """What the doctor would say of it, beside the work and after the first poll."""
    await asyncio.sleep(_LOOK_AFTER_SECONDS)
    from bot.clock import SystemClock
    from bot.commands.checks.provider import check_provider
    from bot.http_client import HttpClient

    async with HttpClient() as http:
        for finding in await check_provider(settings, http, SystemClock()):
            if finding.level == "problem":
                log.error(str(finding))
