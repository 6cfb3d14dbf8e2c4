"""The command line: `talking-photo COMMAND`, or `python -m bot COMMAND`."""

from __future__ import annotations

import gc
import io
import logging
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from bot import __version__
from bot.linux import PR_SET_DUMPABLE, prctl

# What is imported is no garbage: to look for some every 700 objects takes a tenth of a start.
gc.set_threshold(50_000)

_COMMANDS = {
    "run": "Run the bot until Ctrl-C or SIGTERM.",
    "web": "The same behind a webhook, where a platform gives the bot an address.",
    "release": "Have Telegram send messages to the webhook, if PUBLIC_URL is set.",
    "demo": "Show everything on this machine, without any account.",
    "sandbox": "Serve a local Telegram and video service, for any client.",
    "make": "Make a video from a photo and a sound.",
    "doctor": "Check accounts, disk, media libraries and clock.",
    "health": "Ask the running bot whether it is well.",
    "backup": "Copy the database, also while the bot runs.",
    "restore": "Put a backup in the place of the database; the bot must not run.",
}
"""What the list of them says of each, the most important first."""


class _Commands(click.Group):
    """Imports a command only when it is run or explained, and what that one needs."""

    def invoke(self, ctx: click.Context) -> Any:
        """See `click.Group`; what the machine refuses is said in one sentence."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OSError as error:
            from bot.commands.failure import Failure

            logging.getLogger(__name__).debug("refused", exc_info=True)
            place = f" for {error.filename}" if error.filename else ""
            raise Failure(
                f"This machine refuses what is needed{place} ({error.strerror or error}): make "
                "room there or let this user in, and try again."
            ) from None

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """See `click.Group`."""
        return list(_COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list, for which click itself would import every command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(f"bot.commands.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="talking-photo")
def main() -> None:
    """Turns a photo and a voice message on Telegram into a video of that person speaking."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A path may hold what the terminal cannot show: its sentence is said all the same.
            stream.reconfigure(errors="backslashreplace")
    with suppress(OSError):
        # Nobody but root reads the secrets out of this process's memory or environment.
        prctl(PR_SET_DUMPABLE, 0)


if __name__ == "__main__":
    main()
