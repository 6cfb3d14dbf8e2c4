"""What the handlers work with: the packages of the running bot."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.build import ChatServices
from bot.clock import Clock
from bot.common import CommonServices
from bot.delivery.build import DeliveryServices
from bot.engines.build import EngineServices
from bot.intake.build import IntakeServices
from bot.jobs.build import JobServices
from bot.limits import Limits
from bot.outbox import Wakeup
from bot.telegram.sender import Sender
from storage.db.database import Database


@dataclass(frozen=True, kw_only=True)
class Services:
    """One per process; found in the application's `bot_data` under its own class."""

    common: CommonServices
    engines: EngineServices
    chat: ChatServices
    delivery: DeliveryServices
    intake: IntakeServices
    jobs: JobServices

    @property
    def database(self) -> Database:
        """Where everything is kept."""
        return self.common.database

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.common.clock

    @property
    def limits(self) -> Limits:
        """What the operator set."""
        return self.common.limits

    @property
    def sender(self) -> Sender:
        """What writes in chats."""
        return self.common.telegram.sender

    @property
    def wakeup(self) -> Wakeup:
        """Has the worker look at once at what was written down."""
        return self.common.wakeup
