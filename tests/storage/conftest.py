"""A database of one's own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.db.database import Database
from tests.support.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """The database's: it stands still at noon, until a test moves it on."""
    return FakeClock()


@pytest.fixture
async def database(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Database]:
    """Open, migrated, empty."""
    opened = await Database.open(tmp_path / "bot.db", clock)
    yield opened
    await opened.close()
