"""The local provider's whole state, apart from any HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from bot.clock import Clock
from bot.sandbox.dashscope.bill import Bill
from bot.sandbox.dashscope.calls import CallLog
from bot.sandbox.dashscope.inputs.faces import FaceFinder
from bot.sandbox.dashscope.limits import RateLimits
from bot.sandbox.dashscope.settings import ProviderSettings
from bot.sandbox.dashscope.space.fetching import InputFetcher
from bot.sandbox.dashscope.space.policy import PolicyDesk
from bot.sandbox.dashscope.space.uploads import UploadSpace
from bot.sandbox.dashscope.tasks.queue import TaskQueue
from bot.sandbox.dashscope.tasks.renderer import Renderer
from bot.sandbox.dashscope.tasks.results import ResultShelf
from bot.sandbox.dashscope.tasks.runner import Pace, TaskRunner
from bot.sandbox.dashscope.tasks.tasks import Task
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal


class _Ahead:
    """A clock whose time of day is ahead of another's."""

    def __init__(self, clock: Clock, seconds: Callable[[], float]) -> None:
        self._clock = clock
        self._seconds = seconds

    def now_milliseconds(self) -> int:
        """See `Clock`."""
        return self._clock.now_milliseconds() + round(self._seconds() * 1000)

    def steady_seconds(self) -> float:
        """See `Clock`."""
        return self._clock.steady_seconds()

    async def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        await self._clock.sleep(seconds)


class Provider:
    """Settings, files, tasks and bill of the local DashScope."""

    def __init__(
        self,
        journal: Journal,
        faults: FaultBoard,
        *,
        directory: Path,
        clock: Clock,
        settings: ProviderSettings,
        renderer: Renderer,
        find_faces: FaceFinder,
    ) -> None:
        self.journal = journal
        self.faults = faults
        self.clock = _Ahead(clock, lambda: self.settings.clock_ahead_seconds)
        self.find_faces = find_faces
        self._renderer = renderer
        self._first_settings = settings
        self._directory = directory
        self._begin()

    def _begin(self) -> None:
        self.settings = self._first_settings
        self.policies = PolicyDesk()
        self.uploads = UploadSpace(self._directory)
        self.results = ResultShelf(self._directory)
        self.limits = RateLimits(self.clock)
        self.bill = Bill()
        self.calls = CallLog(self.journal)
        self.fetcher = InputFetcher(self.uploads, self.clock)
        self.queue = TaskQueue(self._run)
        self._tasks = self._runner()

    def _runner(self) -> TaskRunner:
        return TaskRunner(
            self.clock,
            self.fetcher,
            self._renderer,
            pace=lambda: Pace(self.settings.render_seconds, self.settings.refuse_seconds),
            result_path=self.results.place,
            changed=self.task_changed,
        )

    async def _run(self, task: Task) -> None:
        await self._tasks.run(task)
        if task.milliseconds is not None:
            order = task.order
            self.bill.add_video(task.task_id, order.model.name, order.form, task.milliseconds)

    def task_changed(self, task: Task) -> None:
        """Tell the journal where a task is."""
        self.journal.append(
            "provider_task",
            task_id=task.task_id,
            status=task.status,
            progress=round(task.progress, 3),
        )

    def faults_changed(self) -> None:
        """Tell the journal which faults are on, on both sides."""
        faults = [fault.as_json() for fault in self.faults.active()]
        self.journal.append("faults_changed", faults=faults)

    async def reset(self) -> None:
        """Forget everything; the settings are again those of the start."""
        await self.queue.clear()
        self._empty()
        self.faults.clear("provider")
        self._begin()
        self.faults_changed()

    async def close(self) -> None:
        """Stop the tasks and remove every file."""
        await self.queue.clear()
        self._empty()

    def _empty(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)
