"""What is said in chats, built once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.introduction import Introductions
from bot.chat.messenger import Messenger
from bot.chat.receipt import Receipts
from bot.chat.status import FirstStatus, Progress
from bot.common import CommonServices
from bot.engines.build import EngineServices


@dataclass(frozen=True, kw_only=True)
class ChatServices:
    """What other packages say things with."""

    messenger: Messenger
    receipts: Receipts
    introductions: Introductions
    progress: Progress
    first_status: FirstStatus


def build_chat(common: CommonServices, engines: EngineServices) -> ChatServices:
    """On top of these."""
    database, clock, telegram = common.database, common.clock, common.telegram
    messenger = Messenger(
        database=database, sender=telegram.sender, texts=common.texts, clock=clock
    )
    progress = Progress(
        database=database,
        messenger=messenger,
        slots=engines.engines.default.slots,
        outages=engines.outages,
        clock=clock,
    )
    return ChatServices(
        messenger=messenger,
        receipts=Receipts(database=database, limits=common.limits, clock=clock),
        introductions=Introductions(
            database=database,
            sender=telegram.sender,
            members=telegram.members,
            texts=common.texts,
            bot_name=telegram.bot_name,
            clock=clock,
        ),
        progress=progress,
        first_status=FirstStatus(database=database, messenger=messenger, progress=progress),
    )
