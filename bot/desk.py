"""What the handlers work with: the services of the running bot, gathered in one place."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.pipeline.arrivals import Arrivals
from bot.pipeline.last_video import LastVideo
from bot.pipeline.nudge import Nudge
from bot.pipeline.operator import Operator
from bot.pipeline.pairing import Pairing
from bot.pipeline.progress import Progress
from bot.pipeline.stops import Stops
from bot.pipeline.terms import Terms
from bot.pipeline.watching import Watch
from bot.telegram.members import Members
from bot.telegram.sender import Sender
from bot.texts import Texts
from storage.database import Database


@dataclass(frozen=True, slots=True)
class Desk:
    """One per process; found in the application's `bot_data` under its own class."""

    database: Database
    sender: Sender
    members: Members
    arrivals: Arrivals
    operator: Operator
    texts: Texts
    terms: Terms
    pairing: Pairing
    progress: Progress
    watch: Watch
    stops: Stops
    last: LastVideo
    nudge: Nudge
    clock: Clock
