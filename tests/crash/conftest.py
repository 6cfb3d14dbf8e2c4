"""A fresh world for each test; the matrix only where it is asked for."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.crash.story import crash_world
from tests.support.world import World

collect_ignore = [] if os.environ.get("CRASH_MATRIX") else ["test_matrix.py"]


@pytest_asyncio.fixture(loop_scope="session")
async def there() -> AsyncIterator[World]:
    """Local servers without a bot."""
    async with crash_world() as made:
        yield made
