"""Worlds whose machine has bad days."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.machine.nursery import Nursery
from tests.machine.world import Machine, machine


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where bots come from."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
async def there(
    tmp_path: Path, nursery: Nursery, request: pytest.FixtureRequest
) -> AsyncIterator[Machine]:
    """A world without a bot; parametrized indirectly, with those settings."""
    async with machine(tmp_path, nursery, **getattr(request, "param", {})) as made:
        yield made
