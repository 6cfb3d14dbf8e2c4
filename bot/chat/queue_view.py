"""The queue at one look: who waits where, how much comes before, how far each job is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from storage.jobs.jobs import Job, JobState
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
    def has_several(self) -> bool:
        """Whether it takes more than one task."""
        return len(self.tasks) > 1

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

    @property
    def takes_long(self) -> bool:
        """Whether anything but fetching and sending it is still to be done."""
        return self.missing_milliseconds > 0 or self.job.state == JobState.JOINING

    def share(self, share_of_running: float) -> float:
        """How much of it is made, as far as one can tell, with that much of what runs."""
        missing = self.missing_milliseconds / self.job.held_milliseconds
        running = self.in_hand is not None and self.in_hand.state == TaskState.RUNNING
        return 1 - missing + (share_of_running * missing if running else 0.0)


@dataclass(frozen=True, slots=True)
class QueueView:
    """Worked out once for all jobs: a look at n jobs takes n steps, not n times n.

    Those of one engine stand in a line of their own, as they have slots of their own.
    A job has one place, that of the first of its tasks that waits.
    """

    tasks: dict[int, list[Task]]
    """The tasks of each job, by its number; the jobs in the order of turns."""
    places: dict[int, int]
    ahead: dict[int, int]

    @classmethod
    def of(cls, under_way: Sequence[Task]) -> Self:
        """The line of these tasks, which are in the order of turns."""
        ahead: Counter[str] = Counter()
        lengths: Counter[str] = Counter()
        for task in under_way:
            if task.state == TaskState.RUNNING:
                ahead[task.engine] += task.length_milliseconds
        line = cls({}, {}, {})
        for task in under_way:
            line.tasks.setdefault(task.job_id, []).append(task)
            if task.state in WAITING:
                lengths[task.engine] += task.job_id not in line.places
                line.places.setdefault(task.job_id, lengths[task.engine])
                line.ahead.setdefault(task.job_id, ahead[task.engine])
                ahead[task.engine] += task.length_milliseconds
        return line

    def view(self, job: Job) -> JobView:
        """The job as it stands; one that left the line since it was read was the next."""
        place, ahead = self.places.get(job.id, 1), self.ahead.get(job.id, 0)
        return JobView(job, self.tasks.get(job.id, []), place, ahead)

    def by_turn(self, open_jobs: Sequence[Job]) -> tuple[list[Job], list[Job]]:
        """Those of these jobs that are being made, and those that wait, each in their turns."""
        turns = {number: turn for turn, number in enumerate(self.tasks)}
        in_turn = sorted(open_jobs, key=lambda job: turns.get(job.id, 0))
        waiting = [job for job in in_turn if self.view(job).is_waiting]
        return [job for job in in_turn if job not in waiting], waiting
