"""One shop for each test: its own database, a clock in the test's hand, a scripted provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.db.database import Database
from tests.pipeline.shop import Shop
from tests.support.clock import FakeClock


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """Everything between the database and the outside, nothing begun."""
    clock = FakeClock(jumps=False)
    database = await Database.open(tmp_path / "bot.db", clock)
    yield Shop(database, clock, tmp_path / "results")
    await database.close()
