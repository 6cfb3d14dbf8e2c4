"""`talking-photo restore`: a backup takes the place of the database."""

from __future__ import annotations

from pathlib import Path

import click

from bot.clock import SystemClock
from bot.commands.failure import Failure, sentences_said
from bot.config.folders import database_folder, make_folders
from bot.config.settings import DatabaseSettings
from storage.db.backup import replace_database
from storage.db.errors import DatabaseTrouble
from storage.db.lock import instance_lock


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a copy of FILE, a backup, in the place of the database.

    The bot must not run. What was there is kept beside it under another name. At its next start
    the bot looks for what was submitted after the backup before it pays for anything.
    """
    with sentences_said():
        settings = DatabaseSettings.load(online=False)
        database = settings.database_path
        make_folders([database_folder(settings)])
        with instance_lock(database):
            aside = _replaced(file, database)
    click.echo(f"{database} is now a copy of {file}.")
    if aside is not None:
        click.echo(f"What was there is kept as {aside}.")


def _replaced(file: Path, database: Path) -> Path | None:
    try:
        return replace_database(file, database, SystemClock().now_milliseconds())
    except DatabaseTrouble as trouble:
        raise Failure(f"{trouble} Nothing was changed.") from None
    except OSError as error:
        raise Failure(f"{database} cannot be written ({error.strerror}).") from None
