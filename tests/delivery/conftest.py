"""What these tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.delivery.rendered import Setup, set_up
from tests.support.media.videos import result


@pytest.fixture(scope="session")
def video_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One video for all."""
    return result(tmp_path_factory.mktemp("video") / "video.mp4")


@pytest.fixture
async def there(tmp_path: Path, video_bytes: bytes) -> AsyncIterator[Setup]:
    """A local Telegram and delivery, nothing rendered yet."""
    async with set_up(tmp_path, video_bytes) as made:
        yield made
