"""The line: what waits for each engine, in fair turns; read from an index, a stretch at a time."""

from __future__ import annotations

from dataclasses import dataclass

from storage.db.database import Queryable
from storage.jobs.tasks import Task

Position = tuple[int, int]
"""Turn and number of a task: its position in its engine's line."""
START: Position = (-1, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """A job's place, from 1: that of the first of its tasks that waits; before it run or wait so
    many milliseconds of video. The task at the position has its own.
    """

    job_id: int
    position: Position
    place: int
    ahead_milliseconds: int
    own_milliseconds: int

    @property
    def up_to_it(self) -> tuple[int, int]:
        """How many jobs have a place up to here, and what runs or waits, this task counted in."""
        return self.place, self.ahead_milliseconds + self.own_milliseconds


async def engines(database: Queryable) -> list[str]:
    """Those that something waits for, by name."""
    sql = """
        WITH RECURSIVE engines (name) AS (
            SELECT MIN(engine) FROM tasks WHERE state IN ('preparing', 'ready')
            UNION ALL
            SELECT (SELECT MIN(engine) FROM tasks
                WHERE state IN ('preparing', 'ready') AND engine > name)
            FROM engines WHERE name IS NOT NULL
        ) SELECT name FROM engines WHERE name IS NOT NULL
        """
    return await database.column(sql)


async def first(database: Queryable, engine: str, limit: int) -> list[Task]:
    """The tasks that wait for that engine, the next first."""
    sql = """
        SELECT * FROM tasks WHERE state IN ('preparing', 'ready') AND engine = :engine
        ORDER BY turn, id LIMIT :limit
        """
    return await database.every(Task, sql, engine=engine, limit=limit)


async def places(
    database: Queryable,
    engine: str,
    after: Position,
    limit: int,
    up_to_it: tuple[int, int] | None = None,
) -> list[Place]:
    """Those of the next so many tasks after that position; of a job's later tasks the same.

    What is before them is counted, unless that is given.
    """
    turn, number = after
    stretch = {"engine": engine, "turn": turn, "id": number, "limit": limit}
    sql = f"""
        SELECT id, turn, job_id, length_milliseconds, {_IS_FIRST} AS is_first FROM tasks
        WHERE state IN ('preparing', 'ready') AND engine = :engine AND (turn, id) > (:turn, :id)
        ORDER BY turn, id LIMIT :limit
        """  # noqa: S608
    rows = await database.fetch_all(sql, **stretch)
    if not rows:
        return []
    place, ahead = up_to_it or await _before(database, engine, after)
    found = []
    for row in rows:
        place += bool(row["is_first"])
        own = row["length_milliseconds"]
        found.append(Place(row["job_id"], (row["turn"], row["id"]), place, ahead, own))
        ahead += own
    return found


async def place_of(database: Queryable, task: Task) -> Place | None:
    """The place of a job whose first waiting task this is; None: it waits no longer."""
    found = await places(database, task.engine, (task.turn, task.id - 1), 1)
    return next((place for place in found if place.job_id == task.job_id), None)


async def idle_jobs(database: Queryable, limit: int) -> list[int]:
    """The numbers of the first jobs of all lines of which nothing is being made, in their turns."""
    found = []
    for engine in await engines(database):
        found += await database.fetch_all(
            f"""
            SELECT turn, id, job_id FROM tasks
            WHERE state IN ('preparing', 'ready') AND engine = :engine AND {_IS_OF_IDLE_JOB}
            ORDER BY turn, id LIMIT :limit
            """,  # noqa: S608
            engine=engine,
            limit=limit,
        )
    found.sort(key=lambda row: (row["turn"], row["id"]))
    return [row["job_id"] for row in found[:limit]]


async def idle_up_to(database: Queryable, task: Task | None = None) -> int:
    """How many such jobs there are, up to that of this task."""
    last = (2**62, 0) if task is None else (task.turn, task.id)
    sql = f"""
        SELECT COUNT(*) AS n FROM tasks WHERE state IN ('preparing', 'ready')
            AND (turn, id) <= (:turn, :id) AND {_IS_OF_IDLE_JOB}
        """  # noqa: S608
    return await database.number(sql, turn=last[0], id=last[1])


_IS_FIRST = """(number = 1 OR NOT EXISTS (SELECT 1 FROM tasks AS earlier
    WHERE earlier.job_id = tasks.job_id AND earlier.number < tasks.number
        AND earlier.state IN ('preparing', 'ready')))"""


_IS_OF_IDLE_JOB = f"""{_IS_FIRST} AND NOT EXISTS (SELECT 1 FROM tasks AS made
    WHERE made.job_id = tasks.job_id AND made.state IN ('submitting', 'running', 'fetching'))"""  # noqa: S608


async def _before(database: Queryable, engine: str, position: Position) -> tuple[int, int]:
    """How many jobs have a place up to that position, and the milliseconds that run or wait."""
    turn, number = position
    sql = f"""
        SELECT SUM(CASE WHEN {_IS_FIRST} THEN 1 ELSE 0 END) AS jobs,
            SUM(length_milliseconds) AS waiting,
            (SELECT SUM(length_milliseconds) FROM tasks
                WHERE state IN ('submitting', 'running', 'fetching') AND state = 'running'
                    AND engine = :engine) AS running
        FROM tasks WHERE state IN ('preparing', 'ready') AND engine = :engine
            AND (turn, id) <= (:turn, :id)
        """  # noqa: S608
    row = await database.fetch_one(sql, engine=engine, turn=turn, id=number)
    assert row is not None  # noqa: S101
    return row["jobs"] or 0, (row["waiting"] or 0) + (row["running"] or 0)
