"""The provider's side in memory: tasks, a bill that does not know of ours, and bad days."""

# ruff: noqa: ASYNC240  (files of a few bytes, in virtual time)

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.clock import Clock
from bot.dashscope import errors as service
from bot.dashscope.errors import DashScopeError, StopCause
from bot.dashscope.tasks import Task, TaskStatus, TaskSummary
from bot.dashscope.upload import UploadedFile
from bot.dashscope.verdict import Verdict
from bot.engines.base import Ticket
from tests.soak.chance import Chance, Weighted

KEPT_MILLISECONDS = 48 * 3600 * 1000
FORGOTTEN_AFTER_MILLISECONDS = 24 * 3600 * 1000

_Failures = Weighted[Callable[[], DashScopeError]]


def _stopped() -> DashScopeError:
    return service.ServiceStopped("refused", cause=StopCause.UNPAID, code="Arrearage")


_PASSING: _Failures = (
    (8, lambda: service.TryAgain("a lost answer")),
    (4, lambda: service.NotSent("no connection")),
    (3, lambda: service.Throttled("too fast", retry_after_seconds=7.0)),
    (2, lambda: service.Throttled("too fast")),
)
_FOR_GOOD: _Failures = (
    (1, _stopped),
    (1, lambda: service.RequestInvalid("wrong", code="InvalidParameter")),
)
_OF_INPUT: _Failures = (
    (1, lambda: service.InputRefused("refused", code="InvalidFile.Format")),
    (1, lambda: service.Moderated("moderated", code="DataInspectionFailed")),
    (2, lambda: service.InputNotFetched("not fetched", code="InvalidURL")),
)
_TASK_CODES = (None, "InternalError", "InternalError.Timeout", "DataInspectionFailed", "Arrearage")


@dataclass(slots=True)
class RenderTask:
    """One video being made; the job's number is what only we know."""

    task_id: str
    job_id: int
    video_milliseconds: int
    created_at: int
    begins_at: int
    ends_at: int
    listed_at: int
    finisher: TaskStatus = TaskStatus.SUCCEEDED
    code: str | None = None
    quirk: str | None = None

    def status(self, now: int) -> TaskStatus:
        """How it stands."""
        if self.finisher is TaskStatus.CANCELED or now >= self.ends_at:
            return self.finisher
        return TaskStatus.PENDING if now < self.begins_at else TaskStatus.RUNNING

    def billed_milliseconds(self) -> int:
        """What stands on the bill in the end: a success is paid, anything else is not."""
        if self.finisher is not TaskStatus.SUCCEEDED:
            return 0
        return self.video_milliseconds + (400 if self.quirk == "usage-large" else 0)


class RandomProvider:
    """See `bot.engines.base.Engine`; survives the bot's restarts."""

    name = "wan2.2-s2v"
    detection = "wan2.2-s2v-detect"
    account = "dashscope"

    def __init__(self, chance: Chance, clock: Clock, slots: int) -> None:
        self.slots = slots
        self.tasks: dict[str, RenderTask] = {}
        self.checks_answered = 0
        self.calls: Counter[str] = Counter()
        self._chance = chance
        self._clock = clock

    async def check(self, jpeg: bytes) -> Verdict:
        """See `Engine`."""
        await self._call("check", 2.0)
        self._chance.raise_one_of("check", (*_PASSING, *_FOR_GOOD, *_OF_INPUT))
        self.checks_answered += 1
        self._chance.raise_one_of("check answer lost", _PASSING[:1])
        code = json.loads(jpeg).get("refused")
        return Verdict(passed=code is None, code=code)

    async def upload(self, file_name: str, data: bytes) -> UploadedFile:
        """See `Engine`: the address carries what the file says."""
        await self._call("keep", 2.0)
        self._chance.raise_one_of("keep", (*_PASSING, *_FOR_GOOD))
        expires = self._clock.now_milliseconds() + KEPT_MILLISECONDS
        return UploadedFile(f"oss://{file_name}?{data.decode()}", expires)

    async def submit(self, ticket: Ticket) -> str:
        """See `Engine`: what is created and what is answered are two things."""
        await self._call("submit", 1.0)
        if not self._chance.goes_wrong("submit"):
            return await self._answered(self._create(ticket))
        match self._chance.dice.randrange(5):
            case 0:
                self._create(ticket)
                await self._clock.sleep(self._chance.dice.uniform(1, 40))
                raise service.SubmitUnknown("created, and the answer was lost")
            case 1:
                self._create(ticket, late_milliseconds=self._chance.dice.randrange(30_000))
                raise service.SubmitUnknown("given up, and created after that")
            case 2:
                raise service.SubmitUnknown("not created")
            case _:
                failures = (*_PASSING[1:], *_FOR_GOOD, *_OF_INPUT)
                raise self._chance.one_of(failures)()

    def now_milliseconds(self) -> int:
        """See `Engine`."""
        return self._clock.now_milliseconds()

    async def learn_time(self) -> None:
        """See `Engine`."""

    async def recent_tasks(self) -> list[TaskSummary]:
        """See `Engine`."""
        await self._call("list", 1.0)
        self._chance.raise_one_of("list", (*_PASSING, *_FOR_GOOD))
        now = self._clock.now_milliseconds()
        return [
            TaskSummary(task.task_id, task.status(now), self.name, task.created_at)
            for task in self.tasks.values()
            if now - FORGOTTEN_AFTER_MILLISECONDS <= task.created_at and task.listed_at <= now
        ]

    async def query(self, task_id: str) -> Task:
        """See `Engine`."""
        await self._call("query", 1.0)
        self._chance.raise_one_of("query", (*_PASSING, *_FOR_GOOD))
        return self._answer(self.tasks[task_id])

    async def cancel(self, task_id: str) -> None:
        """See `Engine`."""
        await self._call("cancel", 1.0)
        self._chance.raise_one_of("cancel", (*_PASSING, *_FOR_GOOD))
        task = self.tasks[task_id]
        if task.status(self._clock.now_milliseconds()) is not TaskStatus.PENDING:
            raise service.NotCancellable("it is not waiting")
        task.finisher = TaskStatus.CANCELED
        self._chance.raise_one_of("cancel answer lost", _PASSING[:1])

    async def fetch(self, url: str, target: Path) -> None:
        """See `Engine`."""
        await self._call("fetch", 5.0)
        task = self.tasks[url.rpartition("/")[2]]
        age = self._clock.now_milliseconds() - task.ends_at
        if age > FORGOTTEN_AFTER_MILLISECONDS or self._chance.dice.random() < 0.001:
            raise service.ResultGone("gone")
        self._chance.raise_one_of("fetch", _PASSING)
        if self._chance.goes_wrong("fetch truncated"):
            target.write_text("truncated")
            return
        target.write_text(f"video {task.video_milliseconds}")

    def _create(self, ticket: Ticket, late_milliseconds: int = 0) -> RenderTask:
        dice = self._chance.dice
        milliseconds = int(json.loads(ticket.sound_url.partition("?")[2])["milliseconds"])
        now = self._clock.now_milliseconds() + late_milliseconds
        begins = now + dice.randrange(200, 30_000)
        task = RenderTask(
            f"task-{len(self.tasks) + 1}",
            ticket.job_id,
            milliseconds,
            created_at=now,
            begins_at=begins,
            ends_at=begins + int(milliseconds * dice.uniform(4, 12)),
            listed_at=now + dice.randrange(4_000),
        )
        if self._chance.goes_wrong("task fails"):
            task.finisher, task.code = TaskStatus.FAILED, dice.choice(_TASK_CODES)
        elif self._chance.goes_wrong("task is odd"):
            task.quirk = dice.choice(_QUIRKS)
        if task.quirk == "late":
            # Seldom nearly the longest there is: the only slot is taken meanwhile.
            hours = dice.uniform(2.9, 3.2) if dice.random() < 0.05 else dice.uniform(0.1, 0.6)
            task.ends_at += int(hours * 3600 * 1000)
        self.tasks[task.task_id] = task
        return task

    async def _answered(self, task: RenderTask) -> str:
        """The bot may die before it reads this."""
        await self._clock.sleep(self._chance.latency_seconds(1.0))
        return task.task_id

    def _answer(self, task: RenderTask) -> Task:
        now = self._clock.now_milliseconds()
        status, url = task.status(now), None
        if task.quirk == "unknown-first" and now < task.created_at + 30_000:
            status = TaskStatus.UNKNOWN
        billed: int | None = None
        if status is TaskStatus.SUCCEEDED:
            url = f"https://results/{task.task_id}"
            billed = task.billed_milliseconds()
            if task.quirk == "address-later":
                url, task.quirk = None, None
        usage = None if task.quirk == "usage-missing" else billed
        return Task(task.task_id, status, video_url=url, billed_milliseconds=usage, code=task.code)

    async def _call(self, name: str, longest_seconds: float) -> None:
        self.calls[name] += 1
        await asyncio.sleep(self._chance.latency_seconds(longest_seconds))


_QUIRKS = ("usage-missing", "usage-large", "unknown-first", "address-later", "late")
