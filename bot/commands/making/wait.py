"""Waiting for a task, with a progress bar."""

from __future__ import annotations

import math
import sys

import click

from bot.commands.failure import Failure
from bot.commands.making.paid_task import PaidTask
from bot.commands.making.service import VideoService
from bot.dashscope.errors import Unanswered
from bot.dashscope.tasks import ProviderTask, TaskStatus

_DEADLINE_SECONDS = 3 * 3600.0
"""The service itself gives up on a task after three hours (DashScope docs: wan2.2-s2v)."""
_USUAL_PAID_SECONDS = 300.0
_USUAL_LOCAL_SECONDS = 8.0
_STEPS = 1_000
_NEARLY = 0.98
_ENDED_WITHOUT_VIDEO = (TaskStatus.FAILED, TaskStatus.CANCELED)


async def finished(service: VideoService, task_id: str, note: PaidTask) -> ProviderTask:
    """The task with its video; raises Failure when there will be none."""
    started = service.clock.steady_seconds()
    usual = _USUAL_PAID_SECONDS if service.paid else _USUAL_LOCAL_SECONDS
    with click.progressbar(
        length=_STEPS, label="Making the video", show_eta=False, file=sys.stderr
    ) as bar:
        while (elapsed := service.clock.steady_seconds() - started) < _DEADLINE_SECONDS:
            task = await _look(service, task_id)
            if task is not None and task.status.final:
                bar.update(_STEPS - bar.pos)
                return _with_video(task, note)
            # How far the service is, it does not say: the bar nears its end and never arrives.
            share = _NEARLY * (1 - math.exp(-elapsed / usual))
            bar.update(max(0, round(share * _STEPS) - bar.pos))
            await service.clock.sleep(service.look_seconds)
    raise Failure("The task is not over after three hours: try later.")


async def _look(service: VideoService, task_id: str) -> ProviderTask | None:
    """The task as it stands; None when the service did not answer: a missed look is nothing."""
    try:
        return await service.client.query(task_id)
    except Unanswered:
        return None


def _with_video(task: ProviderTask, note: PaidTask) -> ProviderTask:
    if task.status is TaskStatus.SUCCEEDED and task.video_url is not None:
        return task
    if task.status in _ENDED_WITHOUT_VIDEO:
        note.forget()
        reason = task.message or task.code or "it gave no reason"
        raise Failure(f"The service made no video of it and charges nothing: {reason}")
    raise Failure(
        f"The service knows no video of task {task.task_id} (it forgets after 24 hours): check the "
        "id and the key, and look into its console."
    )
