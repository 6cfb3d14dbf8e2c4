"""What gives no sign of life by itself is looked at, where it really is."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.web.observer import Observer
from bot.web.signs import Health, Sign
from storage.db.database import Database
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually


async def _works() -> bool:
    return True


async def test_a_database_that_another_program_locks_is_not_heard_of(tmp_path: Path) -> None:
    clock = FakeClock(jumps=False)
    database = await Database.open(tmp_path / "bot.db", clock)
    health = Health(clock=clock)
    observer = Observer(
        health=health,
        database=database,
        service_works=_works,
        folders=[tmp_path, tmp_path / "missing"],
        room_bytes=0,
    )
    with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        looking = asyncio.create_task(observer.run())
        await eventually(lambda: Sign.SERVICE not in health.diagnosis.awaited)
        clock.advance(80)
        await eventually(lambda: Sign.SERVICE not in health.diagnosis.lacking)
        assert {Sign.DATABASE, Sign.DISK} <= {*health.diagnosis.dead}
        assert Sign.ROOM not in health.diagnosis.lacking
        another.execute("ROLLBACK")
        await eventually(lambda: Sign.DATABASE not in health.diagnosis.dead)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    await database.close()
