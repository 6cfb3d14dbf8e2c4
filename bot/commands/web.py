"""`talking-photo web`: the bot behind a webhook."""

from __future__ import annotations

import click

from bot.commands.run import STOP_WITH_STDIN, start
from bot.config.settings import WebhookSettings


@click.command()
@STOP_WITH_STDIN
def web(stop_with_stdin: bool) -> None:
    """Run the bot behind a webhook until Ctrl-C or SIGTERM.

    It serves on HTTP_PORT, or on the PORT that a platform sets; Telegram is told of it once, by
    `release`. One database has either this or `run`, not both.
    """
    start(WebhookSettings, stop_with_stdin=stop_with_stdin)
