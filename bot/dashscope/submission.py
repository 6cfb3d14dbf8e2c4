"""Submission: what the outcome of the one call that costs money says about the task.

Only three outcomes are certain: the task's id came back (it exists), a 4xx was answered (it does
not exist), no byte was sent (it does not exist). Everything else is `SubmitUnknown`.

Of the 4xx, 408 and 499 are no refusals: they say that somebody on the way waited no longer, and
that one does not know what became of the order behind it. With the code of a refusal they are.
"""

from __future__ import annotations

from bot.dashscope import fields
from bot.dashscope.answer import Answer
from bot.dashscope.errors import (
    DashScopeError,
    Declined,
    SubmitUnknown,
    Throttled,
    TryAgain,
)
from bot.dashscope.task import SubmittedTask

_WAITED_NO_LONGER = (408, 499)


def submitted_task(answer: Answer) -> SubmittedTask:
    """The task that an answer confirms; raises what the answer stands for otherwise."""
    task_id = fields.text(answer.output, "task_id")
    if answer.ok and task_id is not None:
        return SubmittedTask(task_id=task_id, request_id=answer.request_id)
    if 400 <= answer.status < 500:
        raise _of_4xx(answer)
    raise _told(answer, SubmitUnknown)


def _of_4xx(answer: Answer) -> DashScopeError:
    """What the refusal asks for; one that blames the service itself is a refusal like any other."""
    error = answer.error()
    if isinstance(error, Throttled) or not isinstance(error, TryAgain):
        return error
    return _told(answer, SubmitUnknown if answer.status in _WAITED_NO_LONGER else Declined)


def _told(answer: Answer, kind: type[DashScopeError]) -> DashScopeError:
    return kind(
        f"submit: {answer.status} without a task: {answer.excerpt}",
        code=answer.code,
        message=answer.message,
        request_id=answer.request_id,
    )
