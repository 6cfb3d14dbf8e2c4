"""Tasks: how one stands, lists of them, what a failed one means, what was billed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from bot.dashscope import errors, fields
from bot.dashscope.error_codes import OVERTIME, WAITED_NO_LONGER, raising_for_code, spelled
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
        written = name.strip().upper()
        return next((state for state in cls if state.value == written), cls.RUNNING)


@dataclass(frozen=True, slots=True)
class ProviderTask:
    """A task as the service describes it; whatever it left out is None.

    `video_url` lives 24 hours at most.
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
    nested = fields.text(fields.first(output, "results"), "video_url")
    return nested or fields.text(output, "video_url")


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
    total = 0
    for page_number in range(1, MOST_PAGES + 1):
        page = {"page_no": str(page_number), "page_size": str(PAGE_SIZE)}
        answer = await ask_page({"model_name": model, **page})
        news = {row.task_id: row for row in _rows(answer) if row.task_id not in found}
        found |= news
        total = max(total, fields.whole(answer.json or fields.EMPTY, "total") or 0)
        if _is_last(answer, page_number, is_news=bool(news)):
            break
    else:
        raise answer.garbage()
    if len(found) < total:
        raise answer.garbage()
    return found


def _rows(answer: ProviderAnswer) -> list[TaskSummary]:
    """Where there are none, some answers leave out the list itself."""
    found = answer.json or fields.EMPTY
    data = found.get("data")
    left_out = "data" not in found or (data is None and fields.whole(found, "total") == 0)
    if left_out and answer.request_id is not None and answer.code is None:
        return []
    if not isinstance(data, list):
        raise answer.garbage()
    rows = [row for row in map(TaskSummary.read, data) if row is not None]
    if len(rows) != len(data):
        raise answer.garbage()
    return rows


def _is_last(answer: ProviderAnswer, page_number: int, *, is_news: bool) -> bool:
    """Whether the provider says so; if it is silent, the first page without news is the last.

    A page may bring nothing new and not be the last: tasks that are created meanwhile push others
    from one page to the next.
    """
    pages = fields.whole(answer.json or fields.EMPTY, "total_page")
    return not is_news if pages is None else page_number >= pages


_NO_TASK = "without a task: "


def submitted_task(answer: ProviderAnswer) -> str:
    """The id of the task that an answer confirms; raises what the answer stands for otherwise."""
    task_id = fields.text(answer.output, "task_id")
    if answer.ok and task_id is not None:
        return task_id
    if 400 <= answer.status < 500:
        raise _of_4xx(answer)
    raise _refusal_in_success(answer) or answer.raised_as(errors.SubmitUnknown, _NO_TASK)


def _of_4xx(answer: ProviderAnswer) -> errors.DashScopeError:
    """What the refusal asks for; one that blames the service itself is a refusal like any other."""
    error = answer.error()
    if isinstance(error, errors.Throttled) or not isinstance(error, errors.Unanswered):
        return error
    is_known = answer.status not in WAITED_NO_LONGER
    return answer.raised_as(errors.Declined if is_known else errors.SubmitUnknown, _NO_TASK)


def _refusal_in_success(answer: ProviderAnswer) -> errors.DashScopeError | None:
    """A gateway may say 200 to a refusal; it is believed where nothing is repeated after it."""
    raising = raising_for_code(answer.code, answer.message) if answer.ok else None
    error = None if raising is None else answer.raised_as(raising, _NO_TASK)
    return None if isinstance(error, errors.Transient) else error


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


def failure_of(task: ProviderTask) -> errors.DashScopeError:
    """The exception for a task that FAILED: to raise, or to read.

    A failed task is over and not charged, so what may pass means that a new one may succeed:
    `Declined`, like a submission. `TaskFailed` where the service had its time, where the provider
    gives no reason, and where it has a bill all the same.
    """
    raising = raising_for_code(task.code, task.message) or errors.TaskFailed
    text = f"task {task.task_id} failed: {task.code or 'no code'}, {task.message or 'no message'}"
    error = raising(text[:400], code=task.code, message=task.message)
    if not isinstance(error, errors.Transient):
        return error
    if task.billed_milliseconds or spelled(task.code) == spelled(OVERTIME):
        return errors.TaskFailed(text[:400], code=task.code, message=task.message)
    if isinstance(error, errors.InputNotFetched):
        return error
    return errors.Declined(text[:400], code=task.code, message=task.message)
