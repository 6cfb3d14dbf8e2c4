"""`talking-photo make`: a photo and a sound become a video, without Telegram."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from bot.commands.failure import Failure, sentences_said
from bot.config.service import ServiceSettings
from bot.logs import set_up_logging

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("photo", type=_FILE, required=False)
@click.argument("sound", type=_FILE, required=False)
@click.option(
    *("-o", "--output"),
    type=click.Path(dir_okay=False, path_type=Path),
    default="video.mp4",
    show_default=True,
    help="Where the video goes.",
)
@click.option("--yes", is_flag=True, help="Do not ask before something is paid for.")
@click.option("--task", metavar="ID", help="Fetch the video of this task; nothing new is made.")
def make(photo: Path | None, sound: Path | None, output: Path, yes: bool, task: str | None) -> None:
    """Make a video from PHOTO and SOUND.

    With DASHSCOPE_API_KEY set, by the paid service; without, by the local one, as a preview.
    """
    if os.path.lexists(output):
        raise Failure(f"{output} exists already: delete it, or choose another name with -o.")
    from bot.commands.making.way import fetch_video, make_video

    if task is not None:
        asyncio.run(fetch_video(_settings(), task, output))
    elif photo is not None and sound is not None:
        asyncio.run(make_video(_settings(), photo, sound, output, ask=not yes))
    else:
        raise click.UsageError("Name a photo and a sound, or a task with --task.")
    click.echo(f"{output} is ready.")


def _settings() -> ServiceSettings:
    with sentences_said():
        settings = ServiceSettings.load()
    key = settings.dashscope_api_key
    set_up_logging("ERROR", [key] if key else [])
    return settings
