"""The common services of a test: its database, its clock and its fakes."""

from __future__ import annotations

from typing import Any, cast

from bot.alerts import Operator
from bot.clock import Clock
from bot.common import CommonServices, MediaWorkers
from bot.limits import Limits
from bot.media.worker.client import MediaWorker
from bot.outbox import OutboxRunner
from bot.task_pool import Wakeup
from bot.telegram.build import TelegramServices
from bot.telegram.files import Files
from bot.telegram.members import Members
from bot.telegram.sender import Sender
from bot.texts import Texts
from storage.db.database import Database
from tests.support.fakes import FakeFiles, FakeWorker


def common_services(
    database: Database,
    clock: Clock,
    limits: Limits,
    *,
    sender: Sender,
    members: Members | None = None,
    files: Files | None = None,
    worker: MediaWorker | None = None,
) -> CommonServices:
    """What is not given is fake, or missing where no test needs it."""
    texts, worker = Texts(), worker or FakeWorker()
    telegram = TelegramServices(
        bot_name="talking_photo_bot",
        sender=sender,
        documents=cast(Any, None),
        members=members or cast(Any, None),
        files=files or FakeFiles(),
    )
    operator = Operator(database=database, sender=sender, texts=texts, admin_ids=limits.admin_ids)
    return CommonServices(
        database=database,
        clock=clock,
        limits=limits,
        texts=texts,
        telegram=telegram,
        media=MediaWorkers(decoder=worker, renderer=worker),
        operator=operator,
        wakeup=Wakeup(),
    )


async def run_all(runner: OutboxRunner) -> None:
    """Until nothing is due."""
    while await runner.attempt_due():
        pass
