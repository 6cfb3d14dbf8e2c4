"""Endpoints of the models: detection, and the submission of a video."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.dashscope.answers import Refused, error_answer, invalid_parameter, json_answer
from bot.sandbox.dashscope.endpoints.accounts import account_of, wants_async, wants_resolving
from bot.sandbox.dashscope.endpoints.endpoints import take_fault
from bot.sandbox.dashscope.inputs.faces import Portrait, Ratio, find_portrait
from bot.sandbox.dashscope.inputs.pictures import read_picture
from bot.sandbox.dashscope.limits import throttled
from bot.sandbox.dashscope.models import DETECTION_MODELS, DETECTION_MODELS_WITH_BOXES, VIDEO_MODELS
from bot.sandbox.dashscope.provider import Provider
from bot.sandbox.dashscope.space.policy import Grant
from bot.sandbox.dashscope.tasks.orders import check_model, read_order, required_text, section
from bot.sandbox.dashscope.tasks.tasks import Doom, Task

_VERDICTS = ("InvalidFile.", "InvalidImage", "InvalidPerson")
_NOT_VERDICTS = ("InvalidFile.DownloadFailed",)


class Synthesis:
    """face-detect and video-synthesis."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def detect(self, request: Request) -> Response:
        """POST …/image2video/face-detect: judges the picture at once, and charges for it."""
        account, body = await self._open(request, "detect", DETECTION_MODELS)
        if "x-dashscope-async" in request.headers:
            raise _wrong_calls("asynchronous")
        url = required_text(section(body, "input"), "image_url")
        ratio = _ratio(body)
        try:
            self._refuse_on_request()
            grant = Grant(account, body["model"])
            portrait = await self._judge(url, grant, resolve=wants_resolving(request))
        except Refused as refused:
            return self._refusal(refused)
        self._provider.bill.add_detection()
        return _passed(portrait, ratio, self._fraction() if ratio else 0)

    async def submit(self, request: Request) -> Response:
        """POST …/image2video/video-synthesis: creates a task."""
        provider = self._provider
        account, body = await self._open(request, "submit", frozenset(VIDEO_MODELS))
        if not wants_async(request):
            raise _wrong_calls("synchronous")
        order = read_order(body, account, resolve=wants_resolving(request))
        self._check_room(account)
        task = Task(order, provider.clock.now_milliseconds(), self._doom())
        answer = {"task_status": task.status, "task_id": task.task_id}
        provider.task_changed(task)
        provider.queue.add(task)
        return json_answer({"output": answer})

    async def _open(
        self, request: Request, endpoint: str, models: frozenset[str]
    ) -> tuple[str, dict[str, Any]]:
        """Return account and body after the checks that both calls share. Raises Refused."""
        provider = self._provider
        account = account_of(request, provider.settings)
        body = await _json_body(request)
        request.state.model = body.get("model")
        check_model(body.get("model"), models, provider.settings.retired_models)
        provider.limits.pass_one(account, endpoint)
        return account, body

    async def _judge(self, url: str, grant: Grant, *, resolve: bool) -> Portrait:
        data = await self._provider.fetcher.fetch(url, grant, resolve=resolve)
        picture = await asyncio.to_thread(read_picture, data)
        return await asyncio.to_thread(find_portrait, picture, self._provider.find_faces)

    def _refuse_on_request(self) -> None:
        if fault := take_fault(self._provider, "detect", "verdict"):
            code = str(fault.params.get("code", "InvalidFile.NoHuman"))
            raise Refused(400, code, str(fault.params.get("message", "")))

    def _fraction(self) -> float:
        """Return by how much of a pixel EMO's boxes are off."""
        return 0.25 if take_fault(self._provider, "detect", "fractional_boxes") else 0

    def _refusal(self, refused: Refused) -> Response:
        """Return a verdict in the shape that is set; what is no verdict stays an error."""
        if not refused.code.startswith(_VERDICTS) or refused.code in _NOT_VERDICTS:
            raise refused
        self._provider.bill.add_detection()
        if self._provider.settings.detect_refusal_shape == "http400":
            return error_answer(refused)
        output = {"check_pass": False, "code": refused.code, "message": refused.message}
        return json_answer({"output": output, "usage": {"image_count": 1}})

    def _check_room(self, account: str) -> None:
        limit = self._provider.settings.queue_limit
        if limit is not None and len(self._provider.queue.waiting(account)) >= limit:
            raise throttled()

    def _doom(self) -> Doom | None:
        fault = take_fault(self._provider, "submit", "task_fails")
        if fault is None:
            return None
        after = fault.params.get("after_seconds", self._provider.settings.refuse_seconds)
        return Doom(float(after), fault.params.get("code"), fault.params.get("message"))


async def _json_body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "BadRequest.IllegalInput", "The input parameter requires json format.")
    return body


def _ratio(body: dict[str, Any]) -> Ratio | None:
    """Return the ratio of an EMO detection, None for another model's. Raises Refused."""
    if body["model"] not in DETECTION_MODELS_WITH_BOXES:
        return None
    ratio = section(body, "parameters").get("ratio", "1:1")
    if ratio not in ("1:1", "3:4"):
        raise invalid_parameter("parameters.ratio must be one of 1:1, 3:4")
    return "1:1" if ratio == "1:1" else "3:4"


def _passed(portrait: Portrait, ratio: Ratio | None, fraction: float) -> Response:
    output: dict[str, Any] = {"check_pass": True, "humanoid": True}
    if ratio is not None:
        output["face_bbox"] = [side + fraction for side in portrait.face]
        output["ext_bbox"] = [side + fraction for side in portrait.surroundings(ratio)]
    return json_answer({"output": output, "usage": {"image_count": 1}})


def _wrong_calls(kind: str) -> Refused:
    return Refused(403, "AccessDenied", f"Current user api does not support {kind} calls.")
