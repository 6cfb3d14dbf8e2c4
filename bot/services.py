"""What the handlers work with: parts of the running bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.chat.introduction import Introductions
from bot.chat.messenger import Messenger
from bot.chat.status import Progress
from bot.common import Component, Part
from bot.engines.outages import Outages
from bot.gate import Gate
from bot.intake.pairing import Pairing
from bot.jobs.watch import Watch
from bot.wakeup import Wakeup
from storage.db.database import Transaction


class Services(Component):
    """One per process; found in the application's `bot_data` under its own class."""

    gate = Part(Gate)
    introductions = Part(Introductions)
    messenger = Part(Messenger)
    outages = Part(Outages)
    pairing = Part(Pairing)
    progress = Part(Progress)
    watch = Part(Watch)

    @property
    def wakeup(self) -> Wakeup:
        """Has the worker look at once at what was written down."""
        return self.common.wakeup

    @asynccontextmanager
    async def recording(self) -> AsyncIterator[Transaction]:
        """A transaction that writes down what the worker is to look at, at once."""
        async with self.database.transaction() as tx:
            yield tx
        self.wakeup()
