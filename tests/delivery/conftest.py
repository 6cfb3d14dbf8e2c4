"""What these tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.delivery.scene import Scene, scene
from tests.support.media.videos import result


@pytest.fixture(scope="session")
def film_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One video for all."""
    return result(tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.fixture
async def there(tmp_path: Path, film_bytes: bytes) -> AsyncIterator[Scene]:
    """A local Telegram and delivery, nothing rendered yet."""
    async with scene(tmp_path, film_bytes) as made:
        yield made
