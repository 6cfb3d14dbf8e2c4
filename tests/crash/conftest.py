"""A fresh world for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.crash.world import crash_world
from tests.support.world import World


@pytest_asyncio.fixture(loop_scope="session")
async def there() -> AsyncIterator[World]:
    """Local servers without a bot."""
    async with crash_world() as made:
        yield made
