"""The client of the video service: one typed function for each call, one exception for each action.

Every function makes one attempt. Whether and when to repeat is the caller's decision, see
`bot.retry`; `submit` is the one that must never be repeated blindly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr

from bot.clock import Clock
from bot.dashscope import download, errors, upload, verdict
from bot.dashscope.fields import VideoRequest
from bot.dashscope.http import (
    ASYNC,
    CALLS_PER_SECOND,
    TIMEOUTS,
    EndpointRateLimiter,
    ProviderAnswer,
    Timeout,
    Wire,
    authorised,
    resolving,
)
from bot.dashscope.provider_clock import ProviderClock
from bot.dashscope.tasks import ProviderTask, TaskSummary, submitted_task, whole_list
from bot.dashscope.upload import Policy, UploadedFile
from bot.dashscope.verdict import Verdict
from bot.http_client import HttpClient

_DETECT = "services/aigc/image2video/face-detect"
_SUBMIT = "services/aigc/image2video/video-synthesis"

_NOT_FOUND = (errors.StopCause.MODEL_RETIRED, errors.StopCause.ADDRESS)
"""What a 404 means where it speaks of no task."""

_OTHER_SPELLING = (301, 302, 307, 308, 404, 405)
"""Answers after which the list of tasks is asked for again without the slash at its end."""


class DashScope:
    """One account of the video service.

    `base_url` goes up to and with `/api/v1`. `http` is the caller's and stays open.

    Raises ValueError for a key that cannot be sent in a header.
    """

    def __init__(
        self,
        http: HttpClient,
        *,
        base_url: str,
        api_key: SecretStr,
        clock: Clock,
        timeouts: Mapping[str, Timeout] = TIMEOUTS,
    ) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._headers = authorised(api_key)
        self._clock = clock
        self._timeouts = timeouts
        self._rate_limiters = {
            call: EndpointRateLimiter(clock, per_second=calls)
            for call, calls in CALLS_PER_SECOND.items()
        }
        self.time = ProviderClock(clock)
        """The clock that dates tasks, as the last answer said."""
        self._policies: dict[str, Policy] = {}
        self._wire = Wire(http=http, clock=clock, provider_clock=self.time, api_key=api_key)

    async def upload(self, model: str, file_name: str, data: bytes) -> UploadedFile:
        """Put a file where `model`, and no other, can read it for 48 hours.

        The name serves only for its suffix and its type. Raises `Unanswered`, `ServiceStopped`,
        `RequestRejected`.
        """
        expires = self._clock.now_milliseconds() + upload.KEPT_MILLISECONDS
        for _ in range(2):
            # A kept one is gone after this, unless it serves and is kept again.
            policy = self._policies.pop(model, None)
            if policy is None or not policy.lasts(self._clock.steady_seconds()):
                policy = await self.find(model)
            url = await upload.put(
                self._wire,
                policy,
                file_name,
                data,
                base_url=self._base_url,
                timeout=self._timeouts["upload"],
            )
            if url is not None:
                self._policies[model] = policy
                return UploadedFile(url=url, expires_at_milliseconds=expires)
        raise errors.Unanswered(
            "upload: a policy expired before it could be used, twice; is the clock right?"
        )

    async def detect(self, model: str, image_url: str, *, ratio: str | None = None) -> Verdict:
        """Ask whether the photo can speak. Billed for every answer, pass or not.

        `ratio` is for EMO's detection, which needs it and whose pass then has both boxes. A refusal
        is a `Verdict`, however the provider puts it. Raises `Unanswered`, `InputNotFetched`,
        `Moderated`, `InputRefused` (the address is bad, not the photo), `ServiceStopped`,
        `RequestRejected`.
        """
        body = verdict.body(model, image_url, ratio)
        answer = await self._ask("detect", "POST", _DETECT, resolving(image_url), json=body)
        return verdict.verdict_of(answer, boxes_wanted=ratio is not None)

    async def submit(self, request: VideoRequest) -> str:
        """Order a video: **billed, and without an idempotency key**. Exactly one request is sent.

        Returns the id of its task. Raises `Unsent`, `Throttled` or `Declined` (no task, may be
        repeated), `SubmitUnknown` (the task may exist: look for it in the list), or a refusal (no
        task): `InputRefused`, `InputNotFetched`, `Moderated`, `ServiceStopped`, `RequestRejected`.
        When cancelled, the outcome is unknown too.
        """
        headers = {**ASYNC, **resolving(request.image_url, request.audio_url)}
        try:
            # Of one that was kept alive and that the other side has closed meanwhile it could not
            # be known whether the submission arrived.
            async with self._http.on_fresh_connections() as http:
                wire, body = replace(self._wire, http=http), request.body()
                answer = await self._ask("submit", "POST", _SUBMIT, headers, wire=wire, json=body)
        except errors.Unsent:
            raise
        except errors.Unanswered as error:
            raise errors.SubmitUnknown(str(error)) from error
        return submitted_task(answer)

    async def query(self, task_id: str) -> ProviderTask:
        """How a task stands. Raises `Unanswered`, `ServiceStopped`, `RequestRejected`."""
        answer = await self._ask("query", "GET", _task(task_id))
        task = ProviderTask.read(task_id, answer.json or {}) if answer.ok else None
        if task is None:
            raise _about_a_task(answer)
        return task

    async def list_tasks(self, model: str) -> list[TaskSummary]:
        """All tasks of `model` that the account created in the last 24 hours, oldest first.

        Complete or not at all. No times are asked for: their zone is documented nowhere.
        Raises `Unanswered`, `ServiceStopped`, `RequestRejected`.
        """
        found = await whole_list(self._page, model)
        tasks = [task for task in found.values() if task.model in (None, model)]
        return sorted(tasks, key=lambda task: task.created_at_milliseconds or 0)

    async def cancel(self, task_id: str) -> None:
        """Cancel a waiting task; may be repeated.

        Raises `NotCancellable` when it waits no more, `Unanswered`, `ServiceStopped`,
        `RequestRejected`.
        """
        answer = await self._ask("cancel", "POST", f"{_task(task_id)}/cancel")
        if not answer.ok or answer.request_id is None:
            raise _about_a_task(answer, unknown=errors.NotCancellable)

    async def download(self, url: str, target: Path) -> int:
        """Fetch a result into `target`, which is then complete or untouched; returns its bytes.

        Raises `Unanswered`, `ResultGone`, `ResultRefused`; OSError when the disk fails us.
        """
        return await download.fetch(
            self._http, url, target, base_url=self._base_url, timeout=self._timeouts["download"]
        )

    async def find(self, model: str) -> Policy:
        """Whether address, key and model belong together, and where its files go: costs nothing.

        Raises `Unanswered`, `ServiceStopped`, `RequestRejected`.
        """
        params = {"action": "getPolicy", "model": model}
        answer = await self._ask("get_policy", "GET", "uploads", params=params)
        if not answer.ok:
            raise answer.error()
        policy = Policy.read(answer.json or {}, self._clock.steady_seconds())
        if policy is None:
            raise answer.garbage()
        return policy

    async def _page(self, params: Mapping[str, str]) -> ProviderAnswer:
        """One page of the list, whichever spelling of its address this server knows."""
        answer = await self._ask("list", "GET", "tasks/", params=params)
        if answer.status in _OTHER_SPELLING:
            answer = await self._ask("list", "GET", "tasks", params=params)
        if not answer.ok:
            raise answer.error()
        return answer

    async def _ask(
        self,
        call: str,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        *,
        wire: Wire | None = None,
        **content: Any,
    ) -> ProviderAnswer:
        """Make a call in its turn, as this account; what refuses one may refuse uploads by now."""
        if call in self._rate_limiters:
            await self._rate_limiters[call].acquire()
        url, timeout = f"{self._base_url}/{path}", self._timeouts[call]
        content["headers"] = {**self._headers, **(headers or {})}
        answer = await (wire or self._wire).ask(call, method, url, timeout, **content)
        if not answer.ok:
            self._policies.clear()
        return answer


def _task(task_id: str) -> str:
    return f"tasks/{quote(task_id, safe='')}"


def _about_a_task(
    answer: ProviderAnswer, *, unknown: type[errors.DashScopeError] = errors.Unanswered
) -> errors.DashScopeError:
    """The error of a call about one task: there, "not found" speaks of the task, not of a model."""
    error = answer.garbage() if answer.ok else answer.error()
    if isinstance(error, errors.ServiceStopped) and error.cause in _NOT_FOUND:
        return unknown(
            str(error), code=error.code, message=error.message, request_id=error.request_id
        )
    return error
