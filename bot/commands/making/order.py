"""Ordering a video: detection, uploads, the submission that is never repeated blindly, the wait."""

from __future__ import annotations

import asyncio
import math
import sys

import click

from bot.commands.failure import Failure
from bot.commands.making.paid_task import PaidTask
from bot.commands.making.service import VideoService
from bot.dashscope.errors import DashScopeError, SubmitUnknown, Unanswered
from bot.dashscope.tasks import ProviderTask, TaskStatus
from bot.dashscope.verdict import Verdict
from bot.engines.base import Ticket
from bot.jobs.submit import SETTLED_AFTER_MILLISECONDS, may_be_of
from bot.retry import TASK_LIST


async def checked(service: VideoService, jpeg: bytes) -> Verdict:
    """The service's verdict on the photo; raises Failure when it is not a pass."""
    verdict = await service.engine.check(jpeg)
    if not verdict.passed:
        words = verdict.message or "choose a photo of one person who faces the camera"
        raise Failure(f"The service cannot use this photo ({verdict.code or 'no reason'}): {words}")
    return verdict


async def ordered(
    service: VideoService, jpeg: bytes, wav: bytes, verdict: Verdict, note: PaidTask, yuan: float
) -> str:
    """Order the video, once; the id of its task. Where it is paid for, the note holds the intention
    before, and the id right after.
    """
    photo = await service.engine.upload("photo.jpg", jpeg)
    voice = await service.engine.upload("sound.wav", wav)
    resolution, boxes = service.settings.resolution, (verdict.face_bbox, verdict.ext_bbox)
    ticket = Ticket("make", photo.url, voice.url, resolution, *boxes)
    known = await _task_ids(service)
    if service.paid:
        note.intend(service.engine.time.now_milliseconds(), yuan)
    submitting = asyncio.ensure_future(_submit(service, ticket, known, note))
    try:
        return await asyncio.shield(submitting)
    except asyncio.CancelledError:
        # What may cost money is known before the command ends.
        click.echo(f"Waiting for the answer to the order …{note.how_to_go_on()}", err=True)
        await submitting
        raise


async def _submit(
    service: VideoService, ticket: Ticket, known: frozenset[str], note: PaidTask
) -> str:
    ordered_at = service.engine.time.now_milliseconds()
    try:
        task_id = await service.engine.submit(ticket)
    except SubmitUnknown:
        found = await came_of(service, ordered_at, known)
        if found is None:
            note.forget()
            raise Failure(
                "The service did not answer the order, and its list shows no task of it: nothing "
                "is paid, try again."
            ) from None
        task_id = found
    except DashScopeError:
        note.forget()
        raise
    if service.paid:
        note.write(task_id)
    return task_id


async def came_of(
    service: VideoService, ordered_at: int, known: frozenset[str] = frozenset()
) -> str | None:
    """The one task that an order made, `known` ones apart; None when it made none, for certain.

    It is waited for as long as one may still come. Raises Failure when it cannot be told.
    """
    while True:
        settled = service.engine.time.now_milliseconds() - ordered_at > SETTLED_AFTER_MILLISECONDS
        try:
            new = await _task_ids(service, ordered_at) - known
        except Unanswered:
            if settled:
                raise
        else:
            if new or settled:
                return _only(new)
        await service.clock.sleep(TASK_LIST.endless_delay_seconds(1))


def _only(task_ids: frozenset[str]) -> str | None:
    if len(task_ids) > 1:
        raise Failure(
            "The service did not say whether it took the order, and its list of tasks does not "
            f"tell either: one of these may be yours: {', '.join(sorted(task_ids))}. Look at them "
            "in its console; fetch one by `talking-photo make --task ID`."
        )
    return next(iter(task_ids), None)


async def _task_ids(service: VideoService, ordered_at: int | None = None) -> frozenset[str]:
    """Those of the last day, or only those that an order of that time may have made."""
    tasks, at = await service.engine.recent_tasks(), ordered_at
    at = at if service.engine.time.is_known else None
    return frozenset(task.task_id for task in tasks if may_be_of(at, task))


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
        return await service.engine.query(task_id)
    except Unanswered:
        return None


async def fresh_address(service: VideoService, task: ProviderTask) -> str:
    """Where its video is now; a service that does not answer makes the old address no worse."""
    current = await _look(service, task.task_id)
    return (current and current.video_url) or task.video_url or ""


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
