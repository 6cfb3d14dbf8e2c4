"""A database of one's own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.db.database import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Open, migrated, empty."""
    opened = await Database.open(tmp_path / "bot.db")
    yield opened
    await opened.close()
