"""One nursery for all the tests here, a fresh world for each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.crash.nursery import Nursery
from tests.crash.world import CrashWorld, crash_world


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def nursery() -> AsyncIterator[Nursery]:
    """Where the bots come from."""
    async with Nursery() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def there(nursery: Nursery) -> AsyncIterator[CrashWorld]:
    """Local servers without a bot."""
    async with crash_world(nursery) as made:
        yield made
