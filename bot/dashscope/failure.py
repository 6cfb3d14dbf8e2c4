"""Why a task failed, as the exception that says what to do about it."""

from __future__ import annotations

from bot.dashscope.errors import DashScopeError, TaskFailed, TryAgain
from bot.dashscope.rules import raising_for_code
from bot.dashscope.task import Task


def failure_of(task: Task) -> DashScopeError:
    """The exception for a task that FAILED: to raise, or to read.

    A failed task is over and not charged, so "try again" in its code means a new task:
    `TaskFailed`, which is also the answer where the provider gives no reason at all.
    """
    raising = raising_for_code(task.code, task.message) or TaskFailed
    text = f"task {task.task_id} failed: {task.code or 'no code'}, {task.message or 'no message'}"
    error = raising(text[:400], code=task.code, message=task.message)
    if isinstance(error, TryAgain):
        return TaskFailed(text[:400], code=task.code, message=task.message)
    return error
