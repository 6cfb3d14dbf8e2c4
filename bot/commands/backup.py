"""`talking-photo backup`: a copy of the database, also while the bot runs."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands.failure import Failure, sentences_said
from bot.config.settings import DatabaseSettings
from storage.db.backup import copy_database
from storage.db.errors import DatabaseTrouble


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE, also while the bot runs.

    The copy is whole and checked before it gets its name; an existing FILE is never overwritten.
    """
    with sentences_said():
        database = DatabaseSettings.load(online=False).database_path
    try:
        copy_database(database, file)
    except FileExistsError:
        raise Failure(f"{file} exists already: choose another name, or delete it.") from None
    except DatabaseTrouble as trouble:
        raise Failure(f"{trouble} No backup was made.") from None
    except OSError as error:
        at = file if database.is_file() else database
        raise Failure(f"{at} cannot be used ({error.strerror}). No backup was made.") from None
    click.echo(f"{file} is a whole copy of {database}. Keep it on another disk.")
