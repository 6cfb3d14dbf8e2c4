"""What there is to do now: one statement for a dozen reads, since most looks find little."""

from __future__ import annotations

from enum import StrEnum

from storage import media, outbox
from storage.db.database import Queryable, Transaction
from storage.db.rows import Value
from storage.jobs import jobs, tasks
from storage.jobs.jobs import Job
from storage.jobs.tasks import Task
from storage.media import Media


class Due(StrEnum):
    """A kind of rows that wait for the worker, each found by an index."""

    READY_TASKS = "tasks WHERE state = 'ready'"
    PREPARING_TASKS = "tasks WHERE state = 'preparing'"
    TASKS_UNDER_WAY = tasks.UNDER_WAY
    MEDIA = media.DUE
    UNANNOUNCED_MEDIA = media.UNANNOUNCED
    MADE_JOBS = jobs.MADE
    JOBS_WITHOUT_STATUS = jobs.WITHOUT_STATUS
    UNANNOUNCED_JOBS = jobs.UNANNOUNCED
    OUTAGES = "outages"
    OUTBOX = outbox.DUE


ALL = frozenset(Due)

_TABLES: dict[type, str] = {Media: "media", Job: "jobs", Task: "tasks"}

_EACH = " UNION ALL ".join(
    f"SELECT '{kind.name}' AS name WHERE EXISTS (SELECT 1 FROM {kind})"  # noqa: S608
    for kind in Due
)


async def rows(database: Queryable, kind: type[Value], due: Due, limit: int) -> list[Value]:
    """The first of them, as values of that kind: the longest due, or the oldest media items.

    Media that had waited for consent comes in its order: one item after the other in each
    conversation.
    """
    order = "id" if kind is Media else "not_before_milliseconds, id"
    sql = f"SELECT * FROM {due} ORDER BY {order} LIMIT :limit"  # noqa: S608
    return await database.every(kind, sql, limit=limit)


async def postpone(tx: Transaction, seen: Media | Job | Task, delay_seconds: float) -> None:
    """A passing fault: the same once more, later, if it still is where it was seen."""
    table = _TABLES[type(seen)]
    sql = f"""
        UPDATE {table} SET tries = tries + 1, not_before_milliseconds = :later
        WHERE id = :id AND state = :state
        """  # noqa: S608
    await tx.execute(sql, id=seen.id, state=seen.state, later=tx.later(delay_seconds))


async def kinds(database: Queryable) -> set[Due]:
    """Those of which there are any."""
    return {Due[name] for name in await database.column(_EACH)}
