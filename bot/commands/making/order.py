"""Ordering a video: detection, uploads and the submission that is never repeated blindly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import click

from bot.commands.failure import Failure
from bot.commands.making.paid_task import PaidTask
from bot.commands.making.prepared import Prepared
from bot.commands.making.service import VideoService
from bot.dashscope.errors import SubmitUnknown, TryAgain
from bot.dashscope.requests import (
    EMO_DETECT_MODEL,
    EMO_MODEL,
    S2V_DETECT_MODEL,
    S2V_MODEL,
    EmoRequest,
    Ratio,
    S2vRequest,
    VideoRequest,
)
from bot.dashscope.verdict import Verdict

_SETTLED_SECONDS = 30.0
_LOOK_SECONDS = 3.0
_SQUARE: Ratio = "1:1"


@dataclass(frozen=True, slots=True)
class _Models:
    detection: str
    video: str


async def checked(service: VideoService, prepared: Prepared) -> Verdict:
    """The service's verdict on the photo; raises Failure when it is not a pass."""
    model = _models(service).detection
    photo = await service.client.upload(model, "photo.jpg", prepared.picture.jpeg)
    ratio = _SQUARE if model == EMO_DETECT_MODEL else None
    verdict = await service.client.detect(model, photo.url, ratio=ratio)
    if not verdict.passed:
        words = verdict.message or "choose a photo of one person who faces the camera"
        raise Failure(f"The service cannot use this photo ({verdict.code or 'no reason'}): {words}")
    return verdict


async def ordered(
    service: VideoService, prepared: Prepared, verdict: Verdict, note: PaidTask
) -> str:
    """Order the video, once; the id of its task, which is in the note already if it is paid for."""
    request = await _request(service, prepared, verdict)
    known = await _task_ids(service, request.model)
    submitting = asyncio.ensure_future(_submit(service, request, known, note))
    try:
        return await asyncio.shield(submitting)
    except asyncio.CancelledError:
        # What may cost money is known before the command ends.
        click.echo("Waiting for the answer to the order …", err=True)
        await submitting
        raise


async def _request(service: VideoService, prepared: Prepared, verdict: Verdict) -> VideoRequest:
    model = _models(service).video
    photo = await service.client.upload(model, "photo.jpg", prepared.picture.jpeg)
    sound = await service.client.upload(model, "sound.wav", prepared.sound.wav)
    if verdict.face_bbox and verdict.ext_bbox:
        return EmoRequest(photo.url, sound.url, verdict.face_bbox, verdict.ext_bbox)
    settings = service.settings
    return S2vRequest(photo.url, sound.url, settings.resolution, settings.style)


async def _submit(
    service: VideoService,
    request: VideoRequest,
    known: frozenset[str],
    note: PaidTask,
) -> str:
    try:
        task_id = (await service.client.submit(request)).task_id
    except SubmitUnknown:
        task_id = await _found(service, request.model, known)
    if service.paid:
        note.write(task_id)
    return task_id


async def _found(service: VideoService, model: str, known: frozenset[str]) -> str:
    """The one task that was not there before; raises Failure when that cannot be told."""
    deadline = service.clock.steady_seconds() + _SETTLED_SECONDS
    new: frozenset[str] = frozenset()
    while not new and service.clock.steady_seconds() < deadline:
        await service.clock.sleep(_LOOK_SECONDS)
        try:
            new = await _task_ids(service, model) - known
        except TryAgain:
            continue
    if len(new) == 1:
        return next(iter(new))
    candidates = f" One of these may be yours: {', '.join(sorted(new))}." if new else ""
    raise Failure(
        "The service did not say whether it took the order, and its list of tasks does not tell "
        f"either: look at the tasks in its console before you try again.{candidates} Fetch one by "
        "`talking-photo make --task ID`."
    )


async def _task_ids(service: VideoService, model: str) -> frozenset[str]:
    tasks = await service.client.list_tasks(model)
    return frozenset(task.task_id for task in tasks)


def _models(service: VideoService) -> _Models:
    if service.settings.default_engine == "emo":
        return _Models(EMO_DETECT_MODEL, EMO_MODEL)
    return _Models(S2V_DETECT_MODEL, S2V_MODEL)
