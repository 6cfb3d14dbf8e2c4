"""`talking-photo doctor`: whether everything that the bot needs is there and works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import click

from bot.commands.checks.finding import Finding, ok
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
    bad = False
    try:
        settings = Settings.load()
    except SettingsInvalid as invalid:
        findings, redact = _without_settings(invalid), Redactor()
    else:
        findings, redact = _with_settings(settings), Redactor(settings.secrets)
        set_up_logging("ERROR", settings.secrets)
    async for finding in findings:
        click.echo(redact(str(finding)))
        bad = bad or finding.level == "problem"
    return bad


async def _without_settings(invalid: SettingsInvalid) -> AsyncIterator[Finding]:
    for sentence in invalid.sentences:
        yield Finding("problem", f"settings: {sentence}")
    async for finding in _regardless(None):
        yield finding


async def _with_settings(settings: Settings) -> AsyncIterator[Finding]:
    from bot.clock import SystemClock
    from bot.commands.checks.backups import check_backups
    from bot.commands.checks.clocks import ClockCheck
    from bot.commands.checks.database import check_database
    from bot.commands.checks.disks import check_disks
    from bot.commands.checks.provider import check_provider
    from bot.commands.checks.telegram import check_telegram

    yield ok("settings: all can be read")
    database, videos = database_folder(settings), video_folders(settings)
    async for finding in _regardless(videos[0]):
        yield finding
    for finding in check_disks([database, *videos]):
        yield finding
    if database.fault() is None:
        for finding in check_database(settings.database_path):
            yield finding
    clock = SystemClock()
    for finding in check_backups(settings, clock):
        yield finding
    clocks = ClockCheck(clock)
    hooks = {"response": [clocks.look]}
    async with HttpClient(timeout=_TIMEOUT_SECONDS, event_hooks=hooks) as http:
        for finding in await check_telegram(settings, http):
            yield finding
        for finding in await check_provider(settings, http, clock):
            yield finding
    for finding in clocks.findings():
        yield finding


async def _regardless(videos: SettingsFolder | None) -> AsyncIterator[Finding]:
    from bot.commands.checks.media import check_media
    from bot.commands.checks.memory import check_memory

    for sentence in misspelt_settings():
        yield Finding("warning", f"settings: {sentence}")
    yield check_memory()
    for finding in await check_media(videos):
        yield finding
