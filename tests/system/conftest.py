"""A fresh world for each test that asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.system.world import World, world


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[World]:
    """Local Telegram, local provider and the real bot, nothing said yet."""
    async with world(tmp_path) as made:
        yield made
