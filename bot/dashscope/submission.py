"""Submission: what the outcome of the one call that costs money says about the task.

Only three outcomes are certain: the task's id came back (it exists), a 4xx was answered (it does
not exist), no byte was sent (it does not exist). Everything else is `SubmitUnknown`.
"""

from __future__ import annotations

from bot.dashscope import fields
from bot.dashscope.answer import Answer
from bot.dashscope.errors import SubmitUnknown, Throttled, TryAgain
from bot.dashscope.task import SubmittedTask


def submitted_task(answer: Answer) -> SubmittedTask:
    """The task that an answer confirms; raises what the answer stands for otherwise."""
    task_id = fields.text(answer.output, "task_id")
    if answer.ok and task_id is not None:
        return SubmittedTask(task_id=task_id, request_id=answer.request_id)
    if 400 <= answer.status < 500:
        _raise_definite(answer)
    raise SubmitUnknown(
        f"submit: {answer.status} without a task: {answer.excerpt}",
        code=answer.code,
        message=answer.message,
        request_id=answer.request_id,
    )


def _raise_definite(answer: Answer) -> None:
    """Raise the refusal a 4xx stands for, unless it speaks of trouble rather than of refusing."""
    error = answer.error()
    if isinstance(error, Throttled) or not isinstance(error, TryAgain):
        raise error
