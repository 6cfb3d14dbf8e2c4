"""Nothing is ordered that the disk could not keep."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.config.folders import LEAST_FREE_BYTES
from storage.due import ALL
from tests.support.fake_services import Fakes


class Disk:
    """Has so much room."""

    def __init__(self) -> None:
        self.free = LEAST_FREE_BYTES

    def usage(self, _folder: Path) -> SimpleNamespace:
        if self.free < 0:
            raise FileNotFoundError
        return SimpleNamespace(free=self.free)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(shutil, "disk_usage", disk.usage)
    return disk


async def taken(fakes: Fakes) -> int:
    return len([task async for task, _ in fakes.submission.fill(ALL)])


@pytest.mark.parametrize("free_bytes", [LEAST_FREE_BYTES - 1, 0, -1])
async def test_a_video_waits_until_there_is_room_for_it(
    fakes: Fakes, disk: Disk, free_bytes: int
) -> None:
    await fakes.task_of(await fakes.waiting_job())
    disk.free = free_bytes
    for _ in range(3):
        assert await taken(fakes) == 0
        fakes.clock.advance(60)
    told = await fakes.database.fetch_all("SELECT * FROM outbox WHERE kind = 'alert'")
    assert len(told) == 1, "the operator is told once"
    disk.free = LEAST_FREE_BYTES
    fakes.clock.advance(600)
    assert await taken(fakes) == 1
