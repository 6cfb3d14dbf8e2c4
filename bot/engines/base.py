"""An engine makes videos: a model of the provider, or the preview on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.dashscope.fields import Box
from bot.dashscope.tasks import ProviderTask, TaskSummary
from bot.dashscope.upload import UploadedFile
from bot.dashscope.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Ticket:
    """All an engine needs to make one video; `name` is our name of the task."""

    name: str
    photo_url: str
    voice_url: str
    resolution: str
    face_bbox: Box | None
    ext_bbox: Box | None


class TaskClock(Protocol):
    """What time it is where tasks are dated."""

    @property
    def is_known(self) -> bool:
        """Whether that is known: otherwise `now_milliseconds` may be off by hours."""

    def now_milliseconds(self) -> int:
        """Milliseconds since 1970 UTC, as far as that is known."""


class Engine(Protocol):
    """The methods raise `bot.dashscope.errors`, and nothing else."""

    name: str
    """The setting ENGINE that chooses it."""
    detection: str
    """What names its verdicts in the cache."""
    account: str
    """Whose slots and tasks these are."""
    slots: int
    """How many of its tasks run at a time (DashScope docs: limited for each model by itself)."""

    @property
    def time(self) -> TaskClock:
        """The clock that dates its tasks."""

    async def check(self, jpeg: bytes, framing: str | None = None) -> Verdict:
        """Whether this photo can speak, in that shape where it matters; paid for by the answer."""

    async def upload(self, file_name: str, data: bytes) -> UploadedFile:
        """Hand a file over for rendering."""

    async def submit(self, ticket: Ticket) -> str:
        """Start the task that is billed; its id. Never repeated here."""

    async def learn_time(self) -> None:
        """Find out what time it is by that clock, unless it is known; it may stay unknown."""

    async def recent_tasks(self) -> list[TaskSummary]:
        """The tasks created in the last 24 hours, by whomever."""

    async def query(self, task_id: str) -> ProviderTask:
        """How the task is."""

    async def cancel(self, task_id: str) -> None:
        """Stop a task that has not begun."""

    async def fetch(self, url: str, target: Path) -> None:
        """Copy the result to `target`."""
