"""Media processes keep within what the machine has, and take turns where that is little."""

from __future__ import annotations

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.commands.checks.memory import check_memory
from bot.media.errors import MediaWorkerKilled
from bot.media.worker.client import MediaWorker
from bot.media.worker.kinds import DECODING, KINDS, LISTENING
from bot.media.worker.room import LEAST_MIB, NEEDED_MIB, Room, machine_mebibytes
from tests.media.worker.conftest import hoard, is_running
from tests.support.deadlines import in_time

MEBIBYTE = 1024 * 1024


def machine(root: Path, files: dict[str, str]) -> Path:
    """A folder with these files below it, as Linux has them below /."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


MEMINFO = {"proc/meminfo": "MemTotal:       2048000 kB\nMemFree: 1 kB\n"}


@pytest.mark.parametrize(
    ("files", "mebibytes"),
    [
        (MEMINFO, 2000),
        (MEMINFO | {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 2000),
        (MEMINFO | {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "536870912"}, 512),
        (
            MEMINFO
            | {
                "proc/self/cgroup": "0::/bots/ours\n",
                "sys/fs/cgroup/bots/memory.max": str(300 * MEBIBYTE),
                "sys/fs/cgroup/bots/ours/memory.max": str(400 * MEBIBYTE),
            },
            300,
        ),
        (
            MEMINFO
            | {
                "proc/self/cgroup": "5:cpu:/\n4:memory:/docker/1\n0::/\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": str(256 * MEBIBYTE),
            },
            256,
        ),
        ({}, 4096),
    ],
)
def test_what_a_machine_or_its_container_has_is_read(
    tmp_path: Path, files: dict[str, str], mebibytes: int
) -> None:
    assert machine_mebibytes(machine(tmp_path, files)) == mebibytes


@pytest.mark.parametrize(
    ("mebibytes", "level"),
    [(200, "problem"), (220, "warning"), (430, "warning"), (440, "ok"), (512, "ok")],
)
def test_the_doctor_says_when_there_is_too_little(mebibytes: int, level: str) -> None:
    assert check_memory(mebibytes).level == level


@pytest.mark.parametrize("mebibytes", [LEAST_MIB, NEEDED_MIB, 1024, 65536])
def test_every_kind_gets_a_share_that_is_there(mebibytes: int) -> None:
    room = Room(mebibytes)
    for kind in KINDS:
        assert min(kind.usual_mib, mebibytes - 96) <= room.share_of(kind) <= mebibytes - 90
    assert Room(65536).share_of(DECODING) == DECODING.most_mib


async def test_an_idle_process_ends_where_another_needs_its_memory() -> None:
    room = Room(NEEDED_MIB)
    one, other = (MediaWorker(kind, SystemClock(), (), room=room) for kind in (DECODING, LISTENING))
    first = await one.run(os.getpid)
    second = await other.run(os.getpid)
    assert not is_running(first)
    assert is_running(second)
    await one.close()
    await other.close()


async def test_those_that_want_more_than_there_is_take_turns() -> None:
    room = Room(NEEDED_MIB)
    workers = [MediaWorker(kind, SystemClock(), (), room=room) for kind in KINDS[:3]]
    calls = [worker.run(partial(os.getpid)) for worker in (*workers, *reversed(workers))]
    assert len(await asyncio.gather(*calls)) == 2 * len(workers)
    for worker in workers:
        await worker.close()
    await in_time(room.take(NEEDED_MIB - 96), "all of it is free")


@pytest.mark.skipif(sys.platform != "linux", reason="this limit is known to hold on Linux")
async def test_a_process_has_no_more_than_its_share() -> None:
    worker = MediaWorker(DECODING, SystemClock(), (), room=Room(LEAST_MIB))
    with pytest.raises(MediaWorkerKilled):
        await worker.run(partial(hoard, LEAST_MIB))
    assert await worker.run(partial(hoard, 30)) == 1
    await worker.close()
