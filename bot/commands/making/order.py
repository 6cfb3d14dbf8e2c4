"""Ordering a video: detection, uploads and the submission that is never repeated blindly."""

from __future__ import annotations

import asyncio

import click

from bot.commands.failure import Failure
from bot.commands.making.paid_task import PaidTask
from bot.commands.making.prepared import Prepared
from bot.commands.making.service import VideoService
from bot.dashscope.errors import SubmitUnknown, Unanswered
from bot.dashscope.verdict import Verdict
from bot.engines.base import Ticket

_SETTLED_SECONDS = 30.0
_LOOK_SECONDS = 3.0


async def checked(service: VideoService, prepared: Prepared) -> Verdict:
    """The service's verdict on the photo; raises Failure when it is not a pass."""
    verdict = await service.engine.check(prepared.picture.jpeg)
    if not verdict.passed:
        words = verdict.message or "choose a photo of one person who faces the camera"
        raise Failure(f"The service cannot use this photo ({verdict.code or 'no reason'}): {words}")
    return verdict


async def ordered(
    service: VideoService, prepared: Prepared, verdict: Verdict, note: PaidTask
) -> str:
    """Order the video, once; the id of its task, which is in the note already if it is paid for."""
    ticket = await _ticket(service, prepared, verdict)
    known = await _task_ids(service)
    submitting = asyncio.ensure_future(_submit(service, ticket, known, note))
    try:
        return await asyncio.shield(submitting)
    except asyncio.CancelledError:
        # What may cost money is known before the command ends.
        click.echo("Waiting for the answer to the order …", err=True)
        await submitting
        raise


async def _ticket(service: VideoService, prepared: Prepared, verdict: Verdict) -> Ticket:
    photo = await service.engine.upload("photo.jpg", prepared.picture.jpeg)
    voice = await service.engine.upload("sound.wav", prepared.sound.wav)
    resolution, boxes = service.settings.resolution, (verdict.face_bbox, verdict.ext_bbox)
    return Ticket("make", photo.url, voice.url, resolution, *boxes)


async def _submit(
    service: VideoService, ticket: Ticket, known: frozenset[str], note: PaidTask
) -> str:
    try:
        task_id = await service.engine.submit(ticket)
    except SubmitUnknown:
        task_id = await _found(service, known)
    if service.paid:
        note.write(task_id)
    return task_id


async def _found(service: VideoService, known: frozenset[str]) -> str:
    """The one task that was not there before; raises Failure when that cannot be told."""
    deadline = service.clock.steady_seconds() + _SETTLED_SECONDS
    new: frozenset[str] = frozenset()
    while not new and service.clock.steady_seconds() < deadline:
        await service.clock.sleep(_LOOK_SECONDS)
        try:
            new = await _task_ids(service) - known
        except Unanswered:
            continue
    if len(new) == 1:
        return next(iter(new))
    candidates = f" One of these may be yours: {', '.join(sorted(new))}." if new else ""
    raise Failure(
        "The service did not say whether it took the order, and its list of tasks does not tell "
        f"either: look at the tasks in its console before you try again.{candidates} Fetch one by "
        "`talking-photo make --task ID`."
    )


async def _task_ids(service: VideoService) -> frozenset[str]:
    return frozenset(task.task_id for task in await service.engine.recent_tasks())
