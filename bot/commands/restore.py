"""`talking-photo restore`: a backup takes the place of the database."""

from __future__ import annotations

from pathlib import Path

import click

from bot.clock import SystemClock
from bot.commands.backup import settings_or_failure
from bot.commands.failure import Failure
from bot.config import SettingsInvalid, database_folder, make_folders
from storage.db.backup import replace_database
from storage.db.errors import DatabaseTrouble
from storage.db.lock import AlreadyRunning, LockUnavailable, instance_lock


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a copy of FILE, a backup, in the place of the database.

    The bot must not run. What was there is kept beside it under another name. At its next start
    the bot looks for what was submitted after the backup before it pays for anything.
    """
    settings = settings_or_failure()
    database = settings.database_path
    try:
        make_folders([database_folder(settings)])
        with instance_lock(database):
            aside = replace_database(file, database, SystemClock().now_milliseconds())
    except (SettingsInvalid, AlreadyRunning, LockUnavailable) as error:
        raise Failure(str(error)) from None
    except DatabaseTrouble as trouble:
        raise Failure(f"{trouble} Nothing was changed.") from None
    except OSError as error:
        raise Failure(f"{database} cannot be written ({error.strerror}).") from None
    click.echo(f"{database} is now a copy of {file}.")
    if aside is not None:
        click.echo(f"What was there is kept as {aside}.")
