"""A job at one look: where it waits, how much comes before it, how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from storage.db.database import Queryable
from storage.jobs import line, tasks
from storage.jobs.jobs import Job
from storage.jobs.line import Place
from storage.jobs.tasks import ENDED, STOPPABLE, WAITING, Task, TaskState


@dataclass(frozen=True, slots=True)
class JobView:
    """One job at one look, with all its tasks; `place` from 1; `ahead` milliseconds of video run or
    wait before it.
    """

    job: Job
    tasks: Sequence[Task]
    place: int
    ahead_milliseconds: int

    @property
    def open_tasks(self) -> list[Task]:
        """Those that have not ended."""
        return [task for task in self.tasks if task.state not in ENDED]

    @property
    def in_hand(self) -> Task | None:
        """The first task that is being made; else the first that waits."""
        made = [task for task in self.open_tasks if task.state not in WAITING]
        return next(iter([*made, *self.open_tasks]), None)

    @property
    def is_waiting(self) -> bool:
        """Whether nothing of it is being made just now."""
        return self.in_hand is not None and self.in_hand.state in WAITING

    @property
    def has_begun(self) -> bool:
        """Whether something of it was handed over."""
        return any(task.state not in WAITING for task in self.tasks)

    @property
    def may_be_stopped(self) -> bool:
        """Whether there is anything left of it to stop, and nobody has asked for it."""
        stopping = self.job.cancel_requested or self.job.failure is not None
        return not stopping and any(task.state in STOPPABLE for task in self.tasks)

    @property
    def missing_milliseconds(self) -> int:
        """How much of it is still to be rendered."""
        fetching = TaskState.FETCHING
        return sum(task.length_milliseconds for task in self.open_tasks if task.state != fetching)

    def share(self, share_of_running: float) -> float:
        """How much of it is made, as far as one can tell, with that much of what runs."""
        missing = self.missing_milliseconds / self.job.held_milliseconds
        running = self.in_hand is not None and self.in_hand.state == TaskState.RUNNING
        return 1 - missing + (share_of_running * missing if running else 0.0)


async def views(
    database: Queryable, shown: Sequence[Job], places: Mapping[int, Place] | None = None
) -> list[JobView]:
    """These jobs as they stand; a place that is not given is looked up where the job waits."""
    made = await tasks.of_jobs(database, [job.id for job in shown])
    found = [JobView(job, made[job.id], 1, 0) for job in shown]
    return [await _placed(database, view, (places or {}).get(view.job.id)) for view in found]


async def _placed(database: Queryable, view: JobView, place: Place | None) -> JobView:
    """One that left the line since it was read was the next."""
    task = view.in_hand
    if place is None and task is not None and view.is_waiting:
        place = await line.place_of(database, task)
    if place is None:
        return view
    return replace(view, place=place.place, ahead_milliseconds=place.ahead_milliseconds)
