"""The client of the video service: one typed function for each call, one exception for each action.

Every function makes one attempt. Whether and when to repeat is the caller's decision, see
`bot.retry`; `submit` is the one that must never be repeated blindly.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from bot.clock import Clock
from bot.dashscope import download, upload, verdict
from bot.dashscope.errors import (
    DashScopeError,
    NotCancellable,
    NotSent,
    ServiceStopped,
    StopCause,
    SubmitUnknown,
    TryAgain,
)
from bot.dashscope.http import ASYNC, ProviderAnswer, Timeout, Timeouts, Wire, authorised, resolving
from bot.dashscope.provider_clock import ProviderClock
from bot.dashscope.rate_limits import EndpointRateLimiters
from bot.dashscope.requests import Ratio, VideoRequest
from bot.dashscope.tasks import SubmittedTask, Task, TaskSummary, submitted_task, whole_list
from bot.dashscope.upload import Policy, UploadedFile
from bot.dashscope.verdict import Verdict
from bot.http_client import HttpClient

_DETECT = "services/aigc/image2video/face-detect"
_SUBMIT = "services/aigc/image2video/video-synthesis"

_NOT_FOUND = (StopCause.MODEL_RETIRED, StopCause.ADDRESS)
"""What a 404 means where it speaks of no task."""

_OTHER_SPELLING = (301, 302, 307, 308, 404, 405)
"""Answers after which the list of tasks is asked for again without the slash at its end."""


class DashScope:
    """One account of the video service.

    `base_url` goes up to and with `/api/v1`. `http` is the caller's and stays open. Submitting
    uses a client of its own without kept-alive connections: on one that the other side has
    meanwhile closed, it could not be known whether the submission arrived. `submit_http` replaces
    that client where `http` has a proxy or certificates of its own; it must not keep connections
    alive either.

    Raises ValueError for a key that cannot be sent in a header.
    """

    def __init__(
        self,
        http: HttpClient,
        *,
        base_url: str,
        api_key: SecretStr,
        clock: Clock,
        submit_http: HttpClient | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._http = http
        submits = submit_http or fresh_connections()
        self._own_http = submits if submit_http is None else None
        self._base_url = base_url.rstrip("/")
        self._headers = authorised(api_key)
        self._clock = clock
        self._timeouts = timeouts or Timeouts()
        self._rate_limiters = EndpointRateLimiters(clock)
        self._provider_clock = ProviderClock(clock)
        self._wire = self._wire_of(http, api_key)
        self._submit_wire = self._wire_of(submits, api_key)

    async def aclose(self) -> None:
        """Close what the constructor opened; clients that were handed in stay open."""
        if self._own_http is not None:
            await self._own_http.aclose()

    async def upload(self, model: str, file_name: str, data: bytes) -> UploadedFile:
        """Put a file where `model`, and no other, can read it for 48 hours.

        The name serves only for its suffix and its type. Raises `TryAgain`, `ServiceStopped`,
        `RequestInvalid`.
        """
        expires = self._clock.now_milliseconds() + upload.KEPT_MILLISECONDS

        async def send(policy: Policy) -> str | None:
            limit = self._timeouts.upload
            return await upload.put(
                self._wire, policy, file_name, data, base_url=self._base_url, timeout=limit
            )

        url = await upload.put_with_fresh_policy(lambda: self._policy(model), send)
        return UploadedFile(url=url, expires_at_milliseconds=expires)

    async def detect(self, model: str, image_url: str, *, ratio: Ratio | None = None) -> Verdict:
        """Ask whether the photo can speak. Billed for every answer, pass or not.

        `ratio` is for EMO's detection, which needs it and whose pass then has both boxes. A refusal
        is a `Verdict`, however the provider puts it. Raises `TryAgain`, `InputNotFetched`,
        `Moderated`, `InputRefused` (the address is bad, not the photo), `ServiceStopped`,
        `RequestInvalid`.
        """
        await self._rate_limiters.detect.acquire()
        answer = await self._wire.ask(
            "detect",
            "POST",
            self._url(_DETECT),
            timeout=self._timeouts.detect,
            headers={**self._headers, **resolving(image_url)},
            json=verdict.body(model, image_url, ratio),
        )
        return verdict.verdict_of(answer, boxes_wanted=ratio is not None)

    async def submit(self, request: VideoRequest) -> SubmittedTask:
        """Order a video: **billed, and without an idempotency key**. Exactly one request is sent.

        Raises `NotSent`, `Throttled` or `Declined` (no task, may be repeated), `SubmitUnknown` (the
        task may exist: look for it in the list), or a refusal (no task): `InputRefused`,
        `InputNotFetched`, `Moderated`, `ServiceStopped`, `RequestInvalid`.
        When cancelled, the outcome is unknown too.
        """
        await self._rate_limiters.submit.acquire()
        urls = (request.image_url, request.audio_url)
        try:
            answer = await self._submit_wire.ask(
                "submit",
                "POST",
                self._url(_SUBMIT),
                timeout=self._timeouts.submit,
                headers={**self._headers, **ASYNC, **resolving(*urls)},
                json=request.body(),
            )
        except NotSent:
            raise
        except TryAgain as error:
            raise SubmitUnknown(str(error)) from error
        return submitted_task(answer)

    async def query(self, task_id: str) -> Task:
        """How a task stands. Raises `TryAgain`, `ServiceStopped`, `RequestInvalid`."""
        await self._rate_limiters.query.acquire()
        answer = await self._get("query", self._task_url(task_id), self._timeouts.query)
        task = Task.read(task_id, answer.json or {}) if answer.ok else None
        if task is None:
            raise _about_a_task(answer)
        return task

    async def list_tasks(self, model: str) -> list[TaskSummary]:
        """All tasks of `model` that the account created in the last 24 hours, oldest first.

        Complete or not at all. No times are asked for: their zone is documented nowhere.
        Raises `TryAgain`, `ServiceStopped`, `RequestInvalid`.
        """
        found = await whole_list(self._page, model)
        tasks = [task for task in found.values() if task.model in (None, model)]
        return sorted(tasks, key=lambda task: task.created_at_milliseconds or 0)

    def now_milliseconds(self) -> int:
        """What time it is by the clock that dates tasks, as its last answer said."""
        return self._provider_clock.now_milliseconds()

    async def learn_time(self, model: str) -> None:
        """Ask what costs nothing, unless it is known by an earlier answer what time it is there.

        Raises `TryAgain`, `ServiceStopped`, `RequestInvalid`.
        """
        if not self._provider_clock.is_known:
            await self._policy(model)

    async def cancel(self, task_id: str) -> None:
        """Cancel a waiting task; may be repeated.

        Raises `NotCancellable` when it waits no more, `TryAgain`, `ServiceStopped`,
        `RequestInvalid`.
        """
        await self._rate_limiters.cancel.acquire()
        url = f"{self._task_url(task_id)}/cancel"
        answer = await self._wire.ask(
            "cancel", "POST", url, timeout=self._timeouts.cancel, headers=self._headers
        )
        if not answer.ok:
            raise _about_a_task(answer, unknown=NotCancellable)

    async def download(self, url: str, target: Path) -> int:
        """Fetch a result into `target`, which is then complete or untouched; returns its bytes.

        Raises `TryAgain`, `ResultGone`, `ResultRefused`; OSError when the disk fails us.
        """
        return await download.fetch(
            self._http, url, target, base_url=self._base_url, timeout=self._timeouts.download
        )

    def _wire_of(self, http: HttpClient, api_key: SecretStr) -> Wire:
        return Wire(http, clock=self._clock, provider_clock=self._provider_clock, api_key=api_key)

    async def _policy(self, model: str) -> Policy:
        params = {"action": "getPolicy", "model": model}
        url = self._url("uploads")
        answer = await self._get("get_policy", url, self._timeouts.policy, params)
        if not answer.ok:
            raise answer.error()
        policy = Policy.read(answer.json or {})
        if policy is None:
            raise answer.garbage()
        return policy

    async def _page(self, params: Mapping[str, str]) -> ProviderAnswer:
        """One page of the list, whichever spelling of its address this server knows."""
        await self._rate_limiters.page.acquire()
        url = self._url("tasks")
        answer = await self._get("list", f"{url}/", self._timeouts.page, params)
        if answer.status in _OTHER_SPELLING:
            answer = await self._get("list", url, self._timeouts.page, params)
        if not answer.ok:
            raise answer.error()
        return answer

    async def _get(
        self, call: str, url: str, timeout: Timeout, params: Mapping[str, str] | None = None
    ) -> ProviderAnswer:
        return await self._wire.ask(
            call, "GET", url, timeout=timeout, headers=self._headers, params=params
        )

    def _url(self, path: str) -> str:
        return f"{self._base_url}/{path}"

    def _task_url(self, task_id: str) -> str:
        return self._url(f"tasks/{quote(task_id, safe='')}")


def fresh_connections(*, verify: ssl.SSLContext | bool = True) -> HttpClient:
    """An HTTP client that opens a connection for every request; `verify` as in httpx."""
    return HttpClient(verify=verify, limits=httpx.Limits(max_keepalive_connections=0))


def _about_a_task(
    answer: ProviderAnswer, *, unknown: type[DashScopeError] = TryAgain
) -> DashScopeError:
    """The error of a call about one task: there, "not found" speaks of the task, not of a model."""
    error = answer.garbage() if answer.ok else answer.error()
    if isinstance(error, ServiceStopped) and error.cause in _NOT_FOUND:
        return unknown(
            str(error), code=error.code, message=error.message, request_id=error.request_id
        )
    return error
