"""Worlds whose machine has bad days."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.world import World, quick_world


@pytest.fixture
async def there(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A world without a bot; parametrized indirectly, with those settings."""
    async with quick_world(tmp_path, **getattr(request, "param", {})) as made:
        yield made
