"""Looks after what gives no sign of life by itself: the database, the disk, the service."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.common import CommonServices
from bot.config.engines import ENGINES
from bot.config.folders import LEAST_FREE_BYTES
from bot.config.settings import Settings
from bot.engines.outages import Outages
from bot.web.signs import Health, Sign
from storage.db.database import Database
from storage.db.errors import DatabaseTrouble

_LOOK_SECONDS = 5.0
_FULL_BYTES = 16_000_000
"""With less the next message might be the one that the database has no room for."""


@dataclass(kw_only=True)
class Observer:
    """`service_works` tells whether the video service does what it is asked; `folders` are those
    of the database and the videos, which have `room_bytes` of room for a video.
    """

    health: Health
    database: Database
    service_works: Callable[[], Awaitable[bool]]
    folders: Sequence[Path]
    room_bytes: int

    async def run(self) -> None:
        """Until it is cancelled. One look that hangs keeps no other waiting."""
        self.health.expect(Sign.DATABASE, Sign.DISK, Sign.ROOM, Sign.SERVICE)
        async with asyncio.TaskGroup() as looks:
            for look in (self._write, self._look_at_disk, self._look_at_service):
                looks.create_task(self._every(look))

    async def _every(self, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            with suppress(DatabaseTrouble):  # the database says itself that it is lost
                await look()
            await self.health.clock.sleep(_LOOK_SECONDS)

    async def _write(self) -> None:
        """Nothing, but with the right to: whoever has the database's lock is waited for."""
        async with self.database.transaction():
            pass
        self.health.heard(Sign.DATABASE)

    async def _look_at_disk(self) -> None:
        free_bytes = await asyncio.to_thread(self._least_free_bytes)
        if free_bytes >= _FULL_BYTES:
            self.health.heard(Sign.DISK)
        if free_bytes >= self.room_bytes:
            self.health.heard(Sign.ROOM)

    def _least_free_bytes(self) -> int:
        return min(_free_bytes(folder) for folder in self.folders)

    async def _look_at_service(self) -> None:
        if await self.service_works():
            self.health.heard(Sign.SERVICE)


def _free_bytes(folder: Path) -> int:
    """0 where there is no such folder: nothing can be kept there either."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def observer_of(common: CommonServices, health: Health, settings: Settings) -> Observer:
    """That of the running bot; what this machine makes itself needs no room that is set aside."""
    are_local = all(ENGINES[engine].is_local for engine in settings.engines)
    return Observer(
        health=health,
        database=common.database,
        service_works=common.part(Outages).is_served,
        folders=(settings.database_path.absolute().parent, settings.data_directory),
        room_bytes=0 if are_local else LEAST_FREE_BYTES,
    )
