"""How much there is and was, in numbers that name nobody; found without reading the history."""

from __future__ import annotations

from dataclasses import dataclass

from storage.db.database import Queryable

WAIT_BUCKETS = (10, 60, 300, 600, 1200, 3600, 10800)
"""In which waits are counted: up to so many seconds, see `waits` in the schema."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, by what the schema says of `totals`; a name with 'open' says what there is now.

    `since_milliseconds`: of what there is now, when the oldest came (epoch).
    """

    name: str
    source: str
    state: str
    detail: str
    total: int
    since_milliseconds: int | None


async def all_of_them(database: Queryable) -> list[Figure]:
    """All of one moment."""
    return await database.every(Figure, _ALL)


_ALL = """
    SELECT name, source, state, detail, total, NULL AS since_milliseconds FROM totals
    UNION ALL
    SELECT 'open jobs', engine, state, '', COUNT(*), MIN(created_at_milliseconds)
    FROM jobs WHERE ended_at_milliseconds IS NULL GROUP BY engine, state
    UNION ALL
    SELECT 'open tasks', engine, state, '', COUNT(*), NULL
    FROM tasks WHERE state IN ('preparing', 'ready') GROUP BY engine, state
    UNION ALL
    SELECT 'open tasks', engine, state, '', COUNT(*), NULL
    FROM tasks WHERE state IN ('submitting', 'running', 'fetching') GROUP BY engine, state
    UNION ALL
    SELECT 'open queue', tasks.engine, '', '', COUNT(DISTINCT jobs.id), MIN(created_at_milliseconds)
    FROM jobs JOIN tasks ON tasks.job_id = jobs.id
    WHERE jobs.ended_at_milliseconds IS NULL AND tasks.state IN ('preparing', 'ready')
    GROUP BY tasks.engine
    UNION ALL
    SELECT 'open updates', '', '', '', COUNT(*), MIN(received_at_milliseconds)
    FROM inbox WHERE state = 'new'
    UNION ALL
    SELECT 'open outbox', kind, '', '', COUNT(*), MIN(created_at_milliseconds)
    FROM outbox WHERE state = 'open' GROUP BY kind
    UNION ALL
    SELECT 'open outages', work, cause, '', COUNT(*), MIN(since_milliseconds)
    FROM outages GROUP BY work, cause
    """
