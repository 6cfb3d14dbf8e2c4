"""The bot's database, from outside: what it says, and people who agreed long ago in it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.limits import HERE, TEXT_VERSION
from storage.db.database import Database

DESTINATIONS = (HERE, "127.0.0.1")
_ANY_TIME_MILLISECONDS = 10**15


def is_ready(database: Path) -> bool:
    """Whether consents can be kept there."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'consents'")
            return row.fetchone() is not None
    except sqlite3.OperationalError:
        return False  # it is only being made


def rows_of(database: Path, sql: str) -> list[dict[str, Any]]:
    """What it says; nothing before it is made."""
    if not is_ready(database):
        return []
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]


async def make_ready(database: Path) -> None:
    """Make the database; nobody else may be about to."""
    if not is_ready(database):
        await (await Database.open(database, SystemClock())).close()


def agree(database: Path, *user_ids: int) -> None:
    """They agree to all that a bot of these tests asks."""
    now = time.time_ns() // 1_000_000
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.executemany(
            "INSERT OR REPLACE INTO consents VALUES (?, ?, ?, ?, 'en', ?)",
            [
                (user_id, TEXT_VERSION, destination, _ANY_TIME_MILLISECONDS, now)
                for destination in DESTINATIONS
                for user_id in user_ids
            ],
        )
