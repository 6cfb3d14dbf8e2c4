"""What is said in chats, built once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.estimates import Experience
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
    messenger = Messenger(common=common)
    slots = engines.engines.default.slots
    progress = Progress(
        common=common,
        messenger=messenger,
        slots=slots,
        outages=engines.outages,
        experience=Experience(common=common),
    )
    return ChatServices(
        messenger=messenger,
        receipts=Receipts(common=common),
        introductions=Introductions(common=common),
        progress=progress,
        first_status=FirstStatus(common=common, messenger=messenger, progress=progress),
    )
