"""A task: one video being made by the service, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from bot.dashscope import address, fields
from bot.dashscope.moments import moment
from bot.dashscope.usage import billed_milliseconds


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
class SubmittedTask:
    """A task the service has accepted."""

    task_id: str
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Task:
    """A task as the service describes it; whatever it left out is None.

    `video_url` is an address to fetch from (https for the provider's own hosts) and lives 24 hours.
    `billed_milliseconds` is the length the provider charges for, rounded half up.
    `size` is "width*height". `fps` is frames per second. Times are milliseconds since 1970 UTC.
    """

    task_id: str
    status: TaskStatus
    video_url: str | None = None
    billed_milliseconds: int | None = None
    size: str | None = None
    fps: float | None = None
    code: str | None = None
    message: str | None = None
    submitted_at_milliseconds: int | None = None
    scheduled_at_milliseconds: int | None = None
    ended_at_milliseconds: int | None = None

    @classmethod
    def read(cls, task_id: str, answer: Mapping[str, object]) -> Task | None:
        """The task in the answer to a query; None when it names no state, or another task."""
        output = fields.mapping(answer, "output")
        usage = fields.mapping(answer, "usage")
        state = fields.text(output, "task_status")
        if state is None or fields.text(output, "task_id") not in (None, task_id):
            return None
        fps = fields.number(usage, "fps")
        return cls(
            task_id=task_id,
            status=TaskStatus.of(state),
            video_url=_video_url(output),
            billed_milliseconds=billed_milliseconds(usage),
            size=fields.text(usage, "size"),
            fps=None if fps is None else float(fps),
            code=fields.text(output, "code"),
            message=fields.text(output, "message"),
            submitted_at_milliseconds=moment(output, "submit_time"),
            scheduled_at_milliseconds=moment(output, "scheduled_time"),
            ended_at_milliseconds=moment(output, "end_time"),
        )


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
    started_at_milliseconds: int | None = None
    ended_at_milliseconds: int | None = None
    request_id: str | None = None

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
            started_at_milliseconds=moment(row, "start_time"),
            ended_at_milliseconds=moment(row, "end_time"),
            request_id=fields.text(row, "request_id"),
        )
