"""`talking-photo backup`: a copy of the database, also while the bot runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from bot.commands.failure import Failure, sentences_said
from bot.config.folders import room_for_backup
from bot.config.settings import DatabaseSettings
from storage.db.backup import make_backup
from storage.db.errors import DatabaseTrouble


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE, also while the bot runs.

    The copy is whole and was restored once, beside it, before it gets its name; an existing FILE is
    never overwritten.
    """
    with sentences_said():
        database = DatabaseSettings.load(online=False).database_path
    try:
        _require_room(database, file)
        make_backup(database, file)
    except FileExistsError:
        raise Failure(f"{file} exists already: choose another name, or delete it.") from None
    except DatabaseTrouble as trouble:
        raise Failure(f"{trouble} No backup was made.") from None
    except OSError as error:
        at = file if database.is_file() else database
        raise Failure(f"{at} cannot be used ({error.strerror}). No backup was made.") from None
    click.echo(f"{file} is a whole copy of {database}. Keep it on another disk.")


def _require_room(database: Path, file: Path) -> None:
    """For the copy and the one that is restored of it; the bot's own disk is never filled."""
    lacking = room_for_backup(database, file.parent) - shutil.disk_usage(file.parent).free
    if database.is_file() and lacking > 0:
        raise Failure(
            f"{lacking // 10**6 + 1} MB more have to be free where {file} is to go: make room, or "
            "choose another disk. No backup was made."
        )
