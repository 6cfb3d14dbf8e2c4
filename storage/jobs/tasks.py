"""Tasks: one rendering at the provider each; a job has one or more.

A long voice is cut, and each cut is a task of its own: it takes a slot, is submitted, watched and
fetched, and has its own bill. Hold, status message and delivery are its job's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from storage.db.database import Queryable, Transaction


class TaskState(StrEnum):
    """The states of a task; the last four are final.

    `dropped` is billed and wanted by nobody: its job failed, or was broken off.
    """

    PREPARING = "preparing"
    READY = "ready"
    SUBMITTING = "submitting"
    RUNNING = "running"
    FETCHING = "fetching"
    FETCHED = "fetched"
    DROPPED = "dropped"
    FAILED = "failed"
    CANCELLED = "cancelled"


WAITING = (TaskState.PREPARING, TaskState.READY)
STOPPABLE = (*WAITING, TaskState.SUBMITTING, TaskState.RUNNING)
BEGUN = (TaskState.SUBMITTING, TaskState.RUNNING, TaskState.FETCHING, TaskState.FETCHED)
"""Of which something may come."""
ENDED = (TaskState.FETCHED, TaskState.DROPPED, TaskState.FAILED, TaskState.CANCELLED)


UNDER_WAY = """tasks WHERE state IN ('submitting', 'running', 'fetching')
    AND not_before_milliseconds <= :now"""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as stored; times and lengths in milliseconds.

    `task_id` is the provider's; `voice_url` a copy of its cut there, where its job has several;
    `reuses` the task of an earlier job that had the same rendered.
    """

    id: int
    job_id: int
    number: int
    begins_at_milliseconds: int
    length_milliseconds: int
    engine: str
    turn: int
    state: str
    voice_url: str | None
    voice_url_expires_at_milliseconds: int | None
    account: str | None
    slot: int | None
    submitting_at_milliseconds: int | None
    dated: int | None
    task_id: str | None
    reuses: int | None
    adopted: int
    running_since_milliseconds: int | None
    billed_milliseconds: int | None
    video_url: str | None
    cancel_requested: int
    refusals: int
    failure: str | None
    failure_detail: str | None
    tries: int
    not_before_milliseconds: int

    @property
    def span(self) -> tuple[int, int]:
        """From where to where in the voice it speaks."""
        return self.begins_at_milliseconds, self.begins_at_milliseconds + self.length_milliseconds

    @property
    def name(self) -> str:
        """What names it in logs, in files and to the operator: its job and its number in it."""
        return f"{self.job_id}.{self.number}"


async def begin(
    tx: Transaction, job_id: int, engine: str, *, turn: int, cuts: tuple[int, ...], length: int
) -> None:
    """The tasks of a new job, cut at these milliseconds of its voice.

    Each has a turn of its own, so that other people's jobs come in between.
    """
    for number, (begin_at, end_at) in enumerate(pairwise((0, *cuts, length)), start=1):
        span = {"begins_at_milliseconds": begin_at, "length_milliseconds": end_at - begin_at}
        place = {"job_id": job_id, "number": number, "engine": engine, "turn": turn + number - 1}
        await tx.insert("tasks", {**place, **span})


async def reuse(tx: Transaction, job_id: int, made: Sequence[Task]) -> bool:
    """Of a new job nothing is rendered again that these tasks of an earlier one have rendered, for
    the same span and by the same engine: it is fetched, and was billed already. Whether any is.
    """
    return any([await _reuse(tx, job_id, task) for task in made])


async def _reuse(tx: Transaction, job_id: int, task: Task) -> bool:
    facts = {
        "state": TaskState.FETCHING,
        "account": task.account,
        "task_id": task.task_id,
        "reuses": task.id,
        "video_url": task.video_url,
        "billed_milliseconds": 0,
    }
    same = ("number", "begins_at_milliseconds", "length_milliseconds", "engine")
    key = {"job_id": job_id, "state": TaskState.PREPARING, **{n: getattr(task, n) for n in same}}
    return await tx.update("tasks", facts, **key)


async def get(database: Queryable, number: int) -> Task | None:
    """One task by our own number."""
    return await database.find(Task, "tasks", id=number)


async def of_job(database: Queryable, job_id: int) -> list[Task]:
    """All tasks of a job, first to last."""
    return await database.find_all(Task, "tasks", "number", job_id=job_id)


async def of_jobs(database: Queryable, job_ids: Sequence[int]) -> dict[int, list[Task]]:
    """The tasks of each of these jobs, first to last."""
    found: dict[int, list[Task]] = {job_id: [] for job_id in job_ids}
    for task in await database.find_all(Task, "tasks", "job_id, number", job_id=tuple(job_ids)):
        found[task.job_id].append(task)
    return found


async def of_open_jobs(database: Queryable) -> list[Task]:
    """The tasks of every job that has not ended, those that ended too, in the order of turns."""
    sql = """
        SELECT tasks.* FROM jobs JOIN tasks ON tasks.job_id = jobs.id
        WHERE jobs.ended_at_milliseconds IS NULL ORDER BY turn, tasks.id
        """
    return await database.every(Task, sql)


async def preparing(database: Queryable, engine: str, limit: int) -> list[Task]:
    """Those of the engine that are to be prepared now: new ones in their turns, then what failed,
    the longest due first.
    """
    sql = """
        SELECT * FROM tasks WHERE state = 'preparing' AND engine = :engine
            AND not_before_milliseconds <= :now
        ORDER BY not_before_milliseconds, turn, id LIMIT :limit
        """
    return await database.every(Task, sql, engine=engine, limit=limit)


async def waiting_too_long(
    database: Queryable, engine: str, since_milliseconds: int, limit: int
) -> list[Task]:
    """Those that wait for that engine and whose jobs were made by then."""
    sql = """
        SELECT tasks.* FROM jobs JOIN tasks ON tasks.job_id = jobs.id
        WHERE jobs.ended_at_milliseconds IS NULL AND created_at_milliseconds <= :since
            AND tasks.state IN ('preparing', 'ready')
            AND tasks.engine = :engine
        ORDER BY created_at_milliseconds, jobs.id LIMIT :limit
        """
    return await database.every(Task, sql, engine=engine, since=since_milliseconds, limit=limit)


async def owned(database: Queryable, account: str, task_ids: list[str]) -> set[str]:
    """Those of the provider's tasks that are some task's here, or were until they failed."""
    sql = """
        SELECT 1 FROM tasks
            WHERE account = :account AND task_id = :task_id AND reuses IS NULL UNION
        SELECT 1 FROM earlier_task_ids WHERE account = :account AND task_id = :task_id
    """
    return {
        task_id
        for task_id in task_ids
        if await database.exists(sql, account=account, task_id=task_id)
    }


async def durations(database: Queryable, engine: str, limit: int) -> list[float]:
    """Seconds of service per second of video of the newest finished tasks of this engine."""
    sql = """
        SELECT (rendered_at_milliseconds - running_since_milliseconds) * 1.0
            / billed_milliseconds AS ratio
        FROM tasks WHERE engine = :engine AND billed_milliseconds > 0
            AND rendered_at_milliseconds IS NOT NULL AND running_since_milliseconds IS NOT NULL
        ORDER BY id DESC LIMIT :limit
        """
    return await database.column(sql, engine=engine, limit=limit)


async def next_turn(database: Queryable, user_id: int, job_id: int) -> int:
    """Round-robin: after the turns of the person's job before this one, whose were their last;
    never before the turn now being served.
    """
    sql = """
        SELECT COALESCE((SELECT MAX(turn) FROM tasks
                WHERE submitting_at_milliseconds IS NOT NULL), 0) AS current,
            COALESCE((SELECT MAX(turn) FROM tasks WHERE job_id =
                (SELECT MAX(id) FROM jobs WHERE user_id = :user_id AND id < :job_id)), -1) + 1
                AS own
        """
    row = await database.fetch_one(sql, user_id=user_id, job_id=job_id)
    return max(row["current"], row["own"]) if row else 0
