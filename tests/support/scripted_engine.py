"""An engine that answers what a test wrote down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from email.utils import formatdate
from pathlib import Path

from bot.dashscope.errors import DashScopeError, Declined, InputNotFetched, Unanswered
from bot.dashscope.provider_clock import ProviderClock
from bot.dashscope.tasks import ProviderTask, TaskStatus, TaskSummary
from bot.dashscope.upload import UploadedFile
from bot.dashscope.verdict import Verdict
from bot.engines.base import Ticket
from tests.storage.orders import ACCOUNT, ENGINE, NOON
from tests.support.clock import FakeClock

Answer = ProviderTask | DashScopeError

OF_A_SUBMISSION = (Declined, InputNotFetched)
"""Refusals that a file can never meet when it is handed over."""


class ScriptedEngine:
    """See `Engine`. Each query takes the next answer, and the time that passed since the last."""

    name = ENGINE
    detection = f"{ENGINE}-detect"
    account = ACCOUNT

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.slots = 1
        self.seconds_between_queries = 0.0
        self.time = ProviderClock(clock)
        self.ahead_seconds = 0.0
        self.sends_date = True
        self.listed: list[TaskSummary] = []
        self.queries = 0
        self.submitted: list[str] = []
        self.fetched: list[str] = []
        self.refusal: DashScopeError | None = None
        self.files: dict[str, bytes | DashScopeError] = {}
        self._answers: Iterator[Answer] = iter(())
        self.during_submit: Callable[[], Awaitable[None]] | None = None

    def will_answer(self, answers: Iterable[Answer], *, every_seconds: float = 0.0) -> None:
        self._answers = iter(answers)
        self.seconds_between_queries = every_seconds

    async def check(self, jpeg: bytes, framing: str | None = None) -> Verdict:
        del jpeg, framing
        if self.refusal is not None:
            raise self.refusal
        return Verdict(passed=True)

    async def upload(self, file_name: str, data: bytes) -> UploadedFile:
        del data
        if self.refusal is not None and not isinstance(self.refusal, OF_A_SUBMISSION):
            raise self.refusal
        return UploadedFile(f"oss://{file_name}", self._clock.now_milliseconds() + 48 * 3600_000)

    async def submit(self, ticket: Ticket) -> str:
        self.submitted.append(ticket.name)
        if self.during_submit is not None:
            await self.during_submit()
        if self.refusal is not None:
            raise self.refusal
        return f"task-{len(self.submitted)}"

    async def learn_time(self) -> None:
        self._answered()

    async def recent_tasks(self) -> list[TaskSummary]:
        self._answered()
        return self.listed

    def _answered(self) -> None:
        if self.sends_date:
            self.time.hear(formatdate(self.really_now_milliseconds() // 1000, usegmt=True))

    def really_now_milliseconds(self) -> int:
        """By the provider's clock; nobody sets it."""
        return NOON + round((self._clock.steady_seconds() + self.ahead_seconds) * 1000)

    async def query(self, task_id: str) -> ProviderTask:
        self.queries += 1
        self._clock.advance(self.seconds_between_queries)
        answer = next(self._answers, ProviderTask(task_id, TaskStatus.RUNNING))
        if isinstance(answer, DashScopeError):
            raise answer
        return answer

    async def cancel(self, task_id: str) -> None:
        raise Unanswered(f"cancel {task_id}: not written down")

    async def fetch(self, url: str, target: Path) -> None:
        self.fetched.append(url)
        file = self.files[url]
        if isinstance(file, DashScopeError):
            raise file
        await asyncio.to_thread(target.write_bytes, file)


def state(name: str) -> ProviderTask:
    """The answer of a query, with a state and nothing else, as the client reads it."""
    task = ProviderTask.read("task-1", {"output": {"task_id": "task-1", "task_status": name}})
    assert task is not None
    return task


def success(url: str | None = "https://x/y.mp4", billed: int | None = 5_000) -> ProviderTask:
    return ProviderTask("task-1", TaskStatus.SUCCEEDED, video_url=url, billed_milliseconds=billed)


def failure(code: str | None = None) -> ProviderTask:
    return ProviderTask("task-1", TaskStatus.FAILED, code=code)
