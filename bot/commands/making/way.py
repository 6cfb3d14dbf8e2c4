"""The whole way: from two files to a video, or from a task to its video."""

from __future__ import annotations

from pathlib import Path

import click

from bot.commands.failure import Failure
from bot.commands.making.fetch import fetched
from bot.commands.making.order import checked, ordered
from bot.commands.making.paid_task import PaidTask
from bot.commands.making.prepared import prepare
from bot.commands.making.sentences import said
from bot.commands.making.service import VideoService, video_service
from bot.commands.making.wait import finished
from bot.commands.signals import cancelled_by_signals
from bot.config.service import ServiceSettings


async def make_video(
    settings: ServiceSettings, photo: Path, sound: Path, output: Path, *, ask: bool
) -> None:
    """Make a video; with `ask`, only after a yes to what it costs. Raises Failure."""
    note = PaidTask(output)
    with said(note):
        note.refuse_if_unfinished()
        note.try_place()
        _tell("Preparing the photo and the sound …")
        prepared = await prepare(photo, sound)
        async with video_service(settings) as service:
            if service.paid and ask:
                _ask(settings, prepared.sound.duration_milliseconds)
            _tell("Asking whether the photo can speak …")
            verdict = await checked(service, prepared)
            with cancelled_by_signals():
                task_id = await ordered(service, prepared, verdict, note)
                if service.paid:
                    _tell(f"Task {task_id} (also in {note.path})")
                await _deliver(service, task_id, output, note)


async def fetch_video(settings: ServiceSettings, task_id: str, output: Path) -> None:
    """Wait for a task that exists and fetch its video. Raises Failure."""
    note = PaidTask(output, task_id)
    with said(note):
        note.try_place()
        async with video_service(settings) as service:
            if not service.paid:
                raise Failure("--task needs DASHSCOPE_API_KEY: only the paid service keeps tasks.")
            with cancelled_by_signals():
                await _deliver(service, task_id, output, note)


async def _deliver(service: VideoService, task_id: str, output: Path, note: PaidTask) -> None:
    task = await finished(service, task_id, note)
    await fetched(service, task, output)
    note.forget()


def _ask(settings: ServiceSettings, milliseconds: int) -> None:
    seconds, engine = milliseconds / 1_000, settings.default_engine
    video = settings.micro_yuan_per_second(engine, settings.resolution) * milliseconds // 1_000
    yuan = (settings.micro_yuan_per_detection(engine) + video) / 1_000_000
    _tell(f"{seconds:.1f} seconds of {engine} cost about {yuan:.2f} yuan.")
    try:
        click.confirm("Order it?", abort=True, err=True)
    except click.Abort:
        raise Failure("Nothing was ordered. (--yes orders without asking.)") from None


def _tell(sentence: str) -> None:
    click.echo(sentence, err=True)
