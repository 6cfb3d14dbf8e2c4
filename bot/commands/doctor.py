"""`talking-photo doctor`: whether everything that the bot needs is there and works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import click

from bot.commands.checks.finding import Finding, ok, problem
from bot.config.folders import SettingsFolder, database_folder, video_folders
from bot.config.misspelt import misspelt_settings
from bot.config.sentences import SettingsInvalid
from bot.config.settings import Settings
from bot.http_client import HttpClient
from bot.logs import Redactor, set_up_logging

_TIMEOUT_SECONDS = 15.0


@click.command()
def doctor() -> None:
    """Check settings, accounts, disk, media libraries and clock, for real and for nothing."""
    worst = asyncio.run(_report())
    if worst:
        raise click.exceptions.Exit(1)


async def _report() -> bool:
    """Print each finding as it is made; whether one must be mended."""
    redact, levels = Redactor(), set[str]()

    def say(*findings: Finding) -> None:
        for finding in findings:
            click.echo(redact(str(finding)))
            levels.add(finding.level)

    try:
        settings = Settings.load()
    except SettingsInvalid as invalid:
        say(*(problem(f"settings: {sentence}") for sentence in invalid.sentences))
        await _check_machine(None, say)
    else:
        redact = Redactor(settings.secrets)
        set_up_logging("ERROR", settings.secrets)
        say(ok("settings: all can be read"))
        await _check_machine(video_folders(settings)[0], say)
        await _check_what_is_set(settings, say)
    return "problem" in levels


async def _check_machine(videos: SettingsFolder | None, say: Callable[..., None]) -> None:
    """Whatever the settings are."""
    from bot.commands.checks.media import check_media
    from bot.commands.checks.memory import check_memory

    say(*(Finding("warning", f"settings: {sentence}") for sentence in misspelt_settings()))
    say(check_memory())
    say(*await check_media(videos))


async def _check_what_is_set(settings: Settings, say: Callable[..., None]) -> None:
    from bot.clock import SystemClock
    from bot.commands.checks.backups import check_backups
    from bot.commands.checks.clocks import check_clock
    from bot.commands.checks.database import check_database
    from bot.commands.checks.disks import check_disks
    from bot.commands.checks.provider import check_provider
    from bot.commands.checks.telegram import check_telegram

    database, clock = database_folder(settings), SystemClock()
    say(*check_disks([database, *video_folders(settings)]))
    if database.fault() is None:
        say(*check_database(settings.database_path))
    say(*check_backups(settings, clock))
    async with HttpClient(timeout=_TIMEOUT_SECONDS) as http:
        say(*await check_telegram(settings, http, clock))
        say(*await check_provider(settings, http, clock))
        asked = [settings.telegram_base_url]
        if settings.dashscope_api_key is not None:
            asked.append(settings.dashscope_base_url)
        say(*await check_clock(http, clock, *asked))
