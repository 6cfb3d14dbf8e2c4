"""What the handlers work with: the packages of the running bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.chat.build import ChatServices
from bot.common import Component
from bot.delivery.build import DeliveryServices
from bot.engines.build import EngineServices
from bot.gate import Gate
from bot.intake.build import IntakeServices
from bot.jobs.build import JobServices
from bot.task_pool import Wakeup
from storage.db.database import Transaction


class Services(Component):
    """One per process; found in the application's `bot_data` under its own class."""

    engines: EngineServices
    chat: ChatServices
    delivery: DeliveryServices
    intake: IntakeServices
    jobs: JobServices

    @property
    def gate(self) -> Gate:
        """What decides whether this person may have this made."""
        return Gate(common=self.common)

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
