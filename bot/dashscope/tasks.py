"""Tasks: how one stands, lists of them, what a failed one means, what was billed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from bot.dashscope import address, fields
from bot.dashscope.error_codes import OVERTIME, raising_for_code
from bot.dashscope.errors import (
    DashScopeError,
    Declined,
    InputNotFetched,
    SubmitUnknown,
    TaskFailed,
    Throttled,
    Transient,
    Unanswered,
)
from bot.dashscope.http import ProviderAnswer
from bot.dashscope.provider_clock import moment


class TaskStatus(Enum):
    """How a task stands (DashScope docs: asynchronous task management)."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    UNKNOWN = "UNKNOWN"
    """The provider does not know the id (any more: it forgets after 24 hours)."""

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to the task."""
        return self not in (TaskStatus.PENDING, TaskStatus.RUNNING)

    @classmethod
    def of(cls, name: str) -> TaskStatus:
        """The state called `name`; one that is not documented means that the task still runs.

        Sibling models have states such as PRE-PROCESSING.
        """
        try:
            return cls(name)
        except ValueError:
            return cls.RUNNING


@dataclass(frozen=True, slots=True)
class ProviderTask:
    """A task as the service describes it; whatever it left out is None.

    `video_url` is an address to fetch from (https for the provider's own hosts) and lives 24 hours.
    `billed_milliseconds` is the length the provider charges for, rounded half up.
    Times are milliseconds since 1970 UTC. `took_milliseconds`: from its submission to its end, by
    the provider's clock.
    """

    task_id: str
    status: TaskStatus
    video_url: str | None = None
    billed_milliseconds: int | None = None
    code: str | None = None
    message: str | None = None
    scheduled_at_milliseconds: int | None = None
    took_milliseconds: int | None = None

    @classmethod
    def read(cls, task_id: str, answer: Mapping[str, object]) -> ProviderTask | None:
        """The task in the answer to a query; None when it names no state, or another task."""
        output = fields.mapping(answer, "output")
        state = fields.text(output, "task_status")
        if state is None or fields.text(output, "task_id") not in (None, task_id):
            return None
        return cls(
            task_id=task_id,
            status=TaskStatus.of(state),
            video_url=_video_url(output),
            billed_milliseconds=billed_milliseconds(fields.mapping(answer, "usage")),
            code=fields.text(output, "code"),
            message=fields.text(output, "message"),
            scheduled_at_milliseconds=moment(output, "scheduled_time"),
            took_milliseconds=_took_milliseconds(output),
        )


def _took_milliseconds(output: Mapping[str, object]) -> int | None:
    began, ended = moment(output, "submit_time"), moment(output, "end_time")
    return None if began is None or ended is None else max(0, ended - began)


def _video_url(output: Mapping[str, object]) -> str | None:
    """The result: some models nest it in `results`, some do not."""
    nested = fields.text(fields.mapping(output, "results"), "video_url")
    url = nested or fields.text(output, "video_url")
    return None if url is None else address.upgraded(url)


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """A task as the list of the account's tasks shows it; it names no result."""

    task_id: str
    status: TaskStatus
    model: str | None
    created_at_milliseconds: int | None

    @classmethod
    def read(cls, row: object) -> TaskSummary | None:
        """The task in one row of the list; None when the row has no id or no state."""
        if not isinstance(row, dict):
            return None
        task_id, state = fields.text(row, "task_id"), fields.text(row, "status")
        if task_id is None or state is None:
            return None
        return cls(
            task_id=task_id,
            status=TaskStatus.of(state),
            model=fields.text(row, "model_name"),
            created_at_milliseconds=moment(row, "gmt_create"),
        )


PAGE_SIZE = 50
MOST_PAGES = 400

AskPage = Callable[[Mapping[str, str]], Awaitable[ProviderAnswer]]


async def whole_list(ask_page: AskPage, model: str) -> dict[str, TaskSummary]:
    """The tasks of the last 24 hours, by id.

    An incomplete list would make a billed task look as if it did not exist, so one that cannot be
    read to its end is not returned. Raises `Unanswered` for that; what `ask_page` raises passes.
    """
    found: dict[str, TaskSummary] = {}
    for page_number in range(1, MOST_PAGES + 1):
        answer = await ask_page(_query(model, page_number))
        rows = [] if _is_empty(answer, page_number) else _rows(answer)
        news = {row.task_id: row for row in rows if row.task_id not in found}
        found |= news
        if not news or _is_last(answer, page_number):
            _check_total(answer, len(found))
            return found
    raise answer.garbage()


def _query(model: str, page_number: int) -> dict[str, str]:
    return {"model_name": model, "page_no": str(page_number), "page_size": str(PAGE_SIZE)}


def _is_empty(answer: ProviderAnswer, page_number: int) -> bool:
    """Whether the account has no tasks: then some answers leave out the list itself."""
    found = answer.json or fields.EMPTY
    alone = page_number == 1 and "data" not in found and answer.request_id is not None
    return alone and answer.code is None and not fields.whole(found, "total")


def _rows(answer: ProviderAnswer) -> list[TaskSummary]:
    data = (answer.json or fields.EMPTY).get("data")
    if not isinstance(data, list):
        raise answer.garbage()
    rows = [row for row in map(TaskSummary.read, data) if row is not None]
    if len(rows) != len(data):
        raise answer.garbage()
    return rows


def _is_last(answer: ProviderAnswer, page_number: int) -> bool:
    """Whether the provider says so; if it is silent, the first page without news is the last."""
    pages = fields.whole(answer.json or fields.EMPTY, "total_page")
    return pages is not None and page_number >= pages


def _check_total(answer: ProviderAnswer, count: int) -> None:
    total = fields.whole(answer.json or fields.EMPTY, "total")
    if total is not None and count < total:
        raise answer.garbage()


_WAITED_NO_LONGER = (408, 499)


def submitted_task(answer: ProviderAnswer) -> str:
    """The id of the task that an answer confirms; raises what the answer stands for otherwise."""
    task_id = fields.text(answer.output, "task_id")
    if answer.ok and task_id is not None:
        return task_id
    if 400 <= answer.status < 500:
        raise _of_4xx(answer)
    raise _told(answer, SubmitUnknown)


def _of_4xx(answer: ProviderAnswer) -> DashScopeError:
    """What the refusal asks for; one that blames the service itself is a refusal like any other."""
    error = answer.error()
    if isinstance(error, Throttled) or not isinstance(error, Unanswered):
        return error
    return _told(answer, SubmitUnknown if answer.status in _WAITED_NO_LONGER else Declined)


def _told(answer: ProviderAnswer, kind: type[DashScopeError]) -> DashScopeError:
    return answer.raised_as(kind, "without a task: ")


_KEYS = ("duration", "video_duration")
"""The provider's text names the second, its sample shows the first."""

_LONGEST_SECONDS = 24 * 3600


def billed_milliseconds(usage: Mapping[str, object]) -> int | None:
    """The billed length, rounded half up; None when it is missing or cannot be a length."""
    for key in _KEYS:
        seconds = fields.number(usage, key)
        if seconds is not None and 0 <= seconds <= _LONGEST_SECONDS:
            return int((seconds * 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return None


def failure_of(task: ProviderTask) -> DashScopeError:
    """The exception for a task that FAILED: to raise, or to read.

    A failed task is over and not charged, so what may pass means that a new one may succeed:
    `Declined`, like a submission. `TaskFailed` where the service had its time, where the provider
    gives no reason, and where it has a bill all the same.
    """
    raising = raising_for_code(task.code, task.message) or TaskFailed
    text = f"task {task.task_id} failed: {task.code or 'no code'}, {task.message or 'no message'}"
    error = raising(text[:400], code=task.code, message=task.message)
    if not isinstance(error, Transient):
        return error
    if task.billed_milliseconds or task.code == OVERTIME:
        return TaskFailed(text[:400], code=task.code, message=task.message)
    if isinstance(error, InputNotFetched):
        return error
    return Declined(text[:400], code=task.code, message=task.message)
