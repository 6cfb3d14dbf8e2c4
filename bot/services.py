"""What the handlers work with: the packages of the running bot."""

from __future__ import annotations

from bot.chat.build import ChatServices
from bot.common import Component
from bot.delivery.build import DeliveryServices
from bot.engines.build import EngineServices
from bot.intake.build import IntakeServices
from bot.jobs.build import JobServices
from bot.task_pool import Wakeup


class Services(Component):
    """One per process; found in the application's `bot_data` under its own class."""

    engines: EngineServices
    chat: ChatServices
    delivery: DeliveryServices
    intake: IntakeServices
    jobs: JobServices

    @property
    def wakeup(self) -> Wakeup:
        """Has the worker look at once at what was written down."""
        return self.common.wakeup
