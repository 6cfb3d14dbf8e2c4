"""How a command ends when it cannot do what it was asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from bot.config.sentences import SettingsInvalid
from bot.logs import is_for_people
from storage.db.errors import DatabaseTrouble

UNKNOWN_BOT = "Telegram does not know TELEGRAM_BOT_TOKEN: copy it again from @BotFather."


class Failure(click.ClickException):
    """What went wrong and what to do, in one sentence on stderr; the exit code is 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence; log it where stderr is not for people."""
        if is_for_people():
            click.echo(self.format_message(), file=file, err=file is None)
        else:
            logging.getLogger(__name__).critical(self.format_message())


@contextmanager
def sentences_said() -> Iterator[None]:
    """What is wrong with a setting or the database ends the command, by its own sentence."""
    try:
        yield
    except (SettingsInvalid, DatabaseTrouble) as error:
        raise Failure(str(error)) from None
