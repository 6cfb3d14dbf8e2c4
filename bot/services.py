"""What the handlers work with: the services of the running bot, gathered in one place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.alerts import Operator
from bot.chat.introduction import Introductions
from bot.chat.status import Progress
from bot.clock import Clock
from bot.delivery.last_video import LastVideo
from bot.engines.outages import Outages
from bot.intake.pairing import Pairing
from bot.jobs.watch import Watch
from bot.limits import Limits
from bot.outbox import Wakeup
from bot.telegram.members import Members
from bot.telegram.sender import Sender
from bot.texts import Texts
from storage.db.database import Database


@dataclass(frozen=True, slots=True)
class Services:
    """One per process; found in the application's `bot_data` under its own class."""

    database: Database
    sender: Sender
    members: Members
    introductions: Introductions
    operator: Operator
    texts: Texts
    limits: Limits
    pairing: Pairing
    progress: Progress
    watch: Watch
    outages: Outages
    last: LastVideo
    wakeup: Wakeup
    clock: Clock
