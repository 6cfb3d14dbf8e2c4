"""What is summed up as it happens is what the history says, and is found without reading it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from storage import figures, inbox, outbox, verdicts
from storage.db.database import Database
from storage.inbox import StoredUpdate
from storage.jobs import jobs, moves, task_moves
from storage.verdicts import KnownVerdict
from tests.storage.orders import (
    as_it_is,
    deliver,
    fetch_next,
    make_ready,
    more_jobs,
    render,
    start,
    task_of,
)
from tests.support.clock import FakeClock

HISTORY = """
    SELECT 'jobs', engine, state, CASE state WHEN 'failed' THEN failure ELSE '' END, COUNT(*)
    FROM jobs WHERE ended_at_milliseconds IS NOT NULL GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT 'tasks', tasks.engine, tasks.state, '', COUNT(*) FROM jobs JOIN tasks ON job_id = jobs.id
    WHERE jobs.ended_at_milliseconds IS NOT NULL GROUP BY 2, 3
    UNION ALL
    SELECT 'waits', '', stage, up_to_seconds, COUNT(*) FROM waits GROUP BY stage, up_to_seconds
    UNION ALL
    SELECT 'waited milliseconds', '', stage, '', SUM(milliseconds) FROM waits GROUP BY stage
    UNION ALL
    SELECT 'holds', engine, kind, '', COUNT(*) FROM ledger JOIN jobs ON job_id = jobs.id
    WHERE kind = 'hold' GROUP BY 2, 3
    UNION ALL
    SELECT 'video milliseconds', engine, kind, '', SUM(video_milliseconds)
    FROM ledger JOIN jobs ON job_id = jobs.id WHERE kind <> 'release' GROUP BY 2, 3
    UNION ALL
    SELECT 'micro-yuan', engine, kind, '',
        SUM(CASE kind WHEN 'settle' THEN spent_micro_yuan ELSE ABS(held_micro_yuan) END)
    FROM ledger JOIN jobs ON job_id = jobs.id GROUP BY 2, 3
    UNION ALL
    SELECT 'held micro-yuan', engine, '', '', SUM(held_micro_yuan)
    FROM ledger JOIN jobs ON job_id = jobs.id GROUP BY engine
    UNION ALL
    SELECT 'verdicts', model, CASE passed WHEN 1 THEN 'passed' ELSE 'refused' END, '', COUNT(*)
    FROM verdicts GROUP BY 2, 3
    UNION ALL
    SELECT 'updates', '', state, '', COUNT(*) FROM inbox WHERE state <> 'new' GROUP BY state
    UNION ALL
    SELECT 'outbox', kind, state, '', COUNT(*)
    FROM outbox WHERE state <> 'open' GROUP BY kind, state
    """
"""The same, read from all that happened."""
TOTALS = "SELECT * FROM totals"

Sums = dict[tuple[str, ...], int]


async def sums(database: Database, sql: str) -> Sums:
    rows = await database.fetch_all(f"SELECT name, source, state, detail, total FROM ({sql})")
    return {tuple(row.values())[:4]: row["total"] for row in rows if row["total"]}


async def history(database: Database) -> Sums:
    names = "SELECT '' AS name, '' AS source, '' AS state, '' AS detail, 0 AS total UNION ALL "
    return await sums(database, names + HISTORY)


async def a_busy_day(database: Database, clock: FakeClock) -> None:
    """A video that came and was lost once, a refused one, a cancelled one, one in parts."""
    job = await render(database, await start(database), 4_000)
    await clock.sleep(70)
    await database.do(moves.fetch_again, job.id)
    await database.do(task_moves.fetched, await task_of(database, job))
    await deliver(database, await as_it_is(database, job))
    refused = await start(database, 2)
    await database.do(
        task_moves.fail, await task_of(database, refused), "failed-moderated", "said whatever"
    )
    await database.do(moves.cancel, (await start(database, 3)).id)
    parts = await start(database, 4, 9_000, cuts=(4_000,))
    await make_ready(database, parts)
    for _ in range(2):
        await clock.sleep(700)
        await fetch_next(database)
    await database.do(moves.joined, parts.id)
    await deliver(database, await as_it_is(database, parts))
    waiting = await start(database, 5)
    await make_ready(database, waiting)


async def what_goes_beside(database: Database) -> None:
    async with database.transaction() as tx:
        await inbox.store(tx, [StoredUpdate(number, "{}") for number in (1, 2, 3)])
        await inbox.done(tx, 1)
        await inbox.park(tx, 2, "whatever")
        await verdicts.store(tx, "a", "wan2.2-s2v-detect", KnownVerdict(1, None, None, None))
        await verdicts.store(tx, "b", "wan2.2-s2v-detect", KnownVerdict(0, "x", None, None))
        for kind in ("alert", "clip", "report"):
            await outbox.put(tx, kind, kind, chat_id=1)
        done, given_up, _ = await outbox.due(tx, 9)
        await outbox.end(tx, done, done=True)
        await outbox.end(tx, given_up, done=False)


async def test_the_sums_are_those_of_the_history(database: Database, clock: FakeClock) -> None:
    await a_busy_day(database, clock)
    await what_goes_beside(database)
    found = await sums(database, TOTALS)
    assert found == await history(database)
    assert found["jobs", "wan2.2-s2v", "done", ""] == 2
    assert found["jobs", "wan2.2-s2v", "failed", "failed-moderated"] == 1
    assert found["tasks", "wan2.2-s2v", "fetched", ""] == 3
    assert found["holds", "wan2.2-s2v", "hold", ""] == 5
    assert found["video milliseconds", "wan2.2-s2v", "settle", ""] == 13_000
    assert found["held micro-yuan", "wan2.2-s2v", "", ""] == 2_500_000
    assert found["outbox", "alert", "done", ""] == found["outbox", "clip", "given_up", ""] == 1
    assert found["updates", "", "parked", ""] == 1


async def test_each_stage_of_a_wait_is_counted_where_it_belongs(
    database: Database, clock: FakeClock
) -> None:
    await a_busy_day(database, clock)
    found = await sums(database, TOTALS)
    assert found["waits", "", "queue", "10"] == found["waits", "", "queue", "1200"] == 1
    assert found["waits", "", "render", "10"] == 3
    assert found["waits", "", "deliver", "300"] == found["waits", "", "deliver", "10"] == 1
    assert found["waited milliseconds", "", "all", ""] == 1_470_000


async def test_the_buckets_are_those_of_the_schema(database: Database) -> None:
    """Which are read there: a wait of each length falls in the one that is the first to hold it."""
    (view,) = await database.column("SELECT sql FROM sqlite_master WHERE name = 'waits'")
    for seconds in figures.WAIT_BUCKETS:
        assert f"milliseconds <= {seconds}000 THEN '{seconds}'" in view
    assert view.count("<=") == len(figures.WAIT_BUCKETS)


async def test_what_there_is_now_is_counted_with_the_age_of_the_oldest(
    database: Database, clock: FakeClock
) -> None:
    begun = clock.now_milliseconds()
    await a_busy_day(database, clock)
    await what_goes_beside(database)
    found = {
        (figure.name, figure.source, figure.state): figure
        for figure in await figures.all_of_them(database)
        if figure.name.startswith("open")
    }
    assert {key: figure.total for key, figure in found.items()} == {
        ("open jobs", "wan2.2-s2v", "making"): 1,
        ("open tasks", "wan2.2-s2v", "ready"): 1,
        ("open queue", "wan2.2-s2v", ""): 1,
        ("open updates", "", ""): 1,
        ("open outbox", "report", ""): 1,
    }
    assert found["open queue", "wan2.2-s2v", ""].since_milliseconds == begun + 1_470_000


async def test_finished_jobs_make_it_no_slower(database: Database) -> None:
    """Counted in steps of SQLite's machine."""
    for user_id in (1, 2):
        await start(database, user_id)
    before = steps(database.path)
    more_jobs(database.path, 2_000)
    waiting = steps(database.path)
    async with database.transaction() as tx:
        for sql in _END_ALL_BUT_TWO:
            await tx.execute(sql)
    assert (await sums(database, TOTALS))["jobs", "wan2.2-s2v", "cancelled", ""] == 2_000
    assert steps(database.path) < before + 300 < waiting


_END_ALL_BUT_TWO = (
    """INSERT INTO ledger (kind, user_id, job_id, video_milliseconds, held_quota_milliseconds,
        held_micro_yuan, day, at_milliseconds)
        SELECT 'release', user_id, job_id, 0, -held_quota_milliseconds, -held_micro_yuan, day, 1
        FROM ledger WHERE job_id > 2""",
    "UPDATE tasks SET state = 'cancelled', ended_at_milliseconds = 1 WHERE job_id > 2",
    "UPDATE jobs SET state = 'cancelled', ended_at_milliseconds = 1 WHERE id > 2",
)


def steps(path: Path) -> int:
    counted: Counter[str] = Counter()
    with closing(sqlite3.connect(path)) as connection:
        connection.set_progress_handler(lambda: counted.update("x"), 1)
        connection.execute(figures._ALL).fetchall()
    return counted["x"]


async def test_a_job_that_ends_twice_counts_once(database: Database) -> None:
    job = await render(database, await start(database), 4_000)
    await deliver(database, job)
    assert not await database.do(moves.delivered, job)
    assert await jobs.get(database, job.id)
    assert (await sums(database, TOTALS))["jobs", "wan2.2-s2v", "done", ""] == 1
