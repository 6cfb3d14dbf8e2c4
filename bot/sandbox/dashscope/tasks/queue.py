"""The tasks of every account, each account's one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.sandbox.dashscope.tasks.tasks import Task


class TaskQueue:
    """Runs one task of an account at a time, in the order of submission.

    DashScope docs: one task of this model runs at a time for the main account.
    """

    def __init__(self, run: Callable[[Task], Awaitable[None]]) -> None:
        self._run = run
        self._tasks: dict[str, Task] = {}
        self._running: dict[str, asyncio.Task[None]] = {}

    def add(self, task: Task) -> None:
        """Take a task in; it starts at once when its account is idle."""
        self._tasks[task.task_id] = task
        self._start_next(task.order.account)

    def find(self, account: str, task_id: str) -> Task | None:
        """Return an account's task."""
        task = self._tasks.get(task_id)
        return task if task is not None and task.order.account == account else None

    def all(self, account: str | None = None) -> list[Task]:
        """Every task, or an account's, oldest first."""
        return [t for t in self._tasks.values() if account in (None, t.order.account)]

    def waiting(self, account: str) -> list[Task]:
        """An account's PENDING tasks, the next one first."""
        return [task for task in self.all(account) if task.status == "PENDING"]

    async def clear(self) -> None:
        """Stop what runs and forget everything."""
        self._tasks.clear()
        running = list(self._running.values())
        for runner in running:
            runner.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._running.clear()

    def _start_next(self, account: str) -> None:
        waiting = self.waiting(account)
        if account in self._running or not waiting:
            return
        runner = asyncio.get_running_loop().create_task(self._run_one(waiting[0]))
        self._running[account] = runner

    async def _run_one(self, task: Task) -> None:
        try:
            await self._run(task)
        finally:
            del self._running[task.order.account]
            self._start_next(task.order.account)
