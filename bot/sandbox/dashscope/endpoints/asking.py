"""Endpoints of the account's tasks: one, all, cancel."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.dashscope.answers import (
    Refused,
    compact_milliseconds,
    invalid_parameter,
    json_answer,
)
from bot.sandbox.dashscope.endpoints.accounts import account_of
from bot.sandbox.dashscope.endpoints.endpoints import take_fault
from bot.sandbox.dashscope.provider import Provider
from bot.sandbox.dashscope.tasks.tasks import LIFE_MILLISECONDS, Task


class Asking:
    """query, list and cancel."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def query(self, request: Request) -> Response:
        """GET /tasks/{id}: HTTP 200 in every state."""
        task_id = request.path_params["task_id"]
        task = self._find(self._open(request, "query"), task_id)
        if task is None:
            return json_answer({"output": {"task_id": task_id, "task_status": "UNKNOWN"}})
        request.state.model = task.order.model.name
        output = task.output(self._address(request, task))
        if fault := take_fault(self._provider, "query", "unknown_state"):
            state = str(fault.params.get("state", "POST-PROCESSING"))
            return json_answer({"output": {"task_id": task_id, "task_status": state}})
        return json_answer({"output": output, **self._usage(task)})

    async def list_all(self, request: Request) -> Response:
        """GET /tasks: the account's tasks, newest first."""
        account = self._open(request, "list")
        query = dict(request.query_params)
        number = _whole(query, "page_no", 1)
        settings = self._provider.settings
        size = min(_whole(query, "page_size", 10), settings.list_page_size)
        tasks = self._matching(account, query)
        first = max(0, (number - 1) * size - settings.list_overlap)
        page = {
            "total": len(tasks),
            "data": [task.summary() for task in tasks[first : number * size]],
            "total_page": -(-len(tasks) // size),
            "page_no": number,
            "page_size": size,
        }
        return json_answer(page)

    async def cancel(self, request: Request) -> Response:
        """POST /tasks/{id}/cancel: takes back a task that waits."""
        task = self._find(self._open(request, "cancel"), request.path_params["task_id"])
        if task is None or task.status != "PENDING":
            raise Refused(
                400,
                "UnsupportedOperation",
                "Failed to cancel the task, please confirm if the task is in PENDING status.",
            )
        task.cancel(self._provider.clock.now_milliseconds())
        self._provider.task_changed(task)
        return json_answer({})

    def _open(self, request: Request, endpoint: str) -> str:
        account = account_of(request, self._provider.settings)
        self._provider.limits.pass_one(account, endpoint)
        return account

    def _find(self, account: str, task_id: str) -> Task | None:
        task = self._provider.queue.find(account, task_id)
        if task is None or task.gone(self._provider.clock.now_milliseconds()):
            return None
        return task

    def _address(self, request: Request, task: Task) -> str:
        base_url = str(request.base_url).rstrip("/")
        expires = ((task.ended or 0) + LIFE_MILLISECONDS) // 1000
        return self._provider.results.address(base_url, task.task_id, expires)

    def _usage(self, task: Task) -> dict[str, Any]:
        usage = task.usage()
        if usage is None or take_fault(self._provider, "query", "usage_missing"):
            return {}
        return {"usage": usage}

    def _matching(self, account: str, query: dict[str, str]) -> list[Task]:
        now = self._provider.clock.now_milliseconds()
        start, end = _span(query, now, self._provider.settings.list_zone_hours)
        lag = round(self._provider.settings.list_lag_seconds * 1000)
        tasks = [
            task
            for task in self._provider.queue.all(account)
            if start <= task.submitted <= min(end, now - lag)
            and not task.gone(now)
            and query.get("model_name") in (None, "", task.order.model.name)
            and query.get("status") in (None, "", task.status)
        ]
        return tasks[::-1]


def _span(query: dict[str, str], now: int, zone_hours: int) -> tuple[int, int]:
    """Return the window asked for, in epoch milliseconds. Raises Refused."""
    end = _moment(query, "end_time", zone_hours, now)
    start = _moment(query, "start_time", zone_hours, end - LIFE_MILLISECONDS)
    if not 0 <= end - start <= LIFE_MILLISECONDS:
        raise invalid_parameter("The time span must be within 24 hours.")
    return start, end


def _moment(query: dict[str, str], name: str, zone_hours: int, default: int) -> int:
    if not query.get(name):
        return default
    try:
        return compact_milliseconds(query[name], zone_hours)
    except ValueError:
        raise invalid_parameter(f"{name} must be YYYYMMDDhhmmss") from None


def _whole(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise invalid_parameter(f"{name} must be a positive number")
    return int(text)
