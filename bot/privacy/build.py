"""What people may have done with their data, built once."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from bot.chat.build import ChatServices
from bot.common import CommonServices
from bot.outbox import BackgroundTask
from bot.privacy.consent import Consent
from bot.privacy.data_export import DataCopies
from bot.privacy.deletion import ForgetPeople
from bot.privacy.files import StoredFiles
from bot.privacy.moderation import Moderation
from bot.privacy.retention import Retention


@dataclass(frozen=True, kw_only=True)
class PrivacyServices:
    """`background_tasks` are all of them, that of consent among them."""

    consent: Consent
    background_tasks: tuple[BackgroundTask, ...]


async def build_privacy(
    common: CommonServices, chat: ChatServices, stack: AsyncExitStack
) -> PrivacyServices:
    """On top of these; videos that were kept long enough go for as long as `stack` lasts."""
    database, clock, limits = common.database, common.clock, common.limits
    sender, messenger = common.telegram.sender, chat.messenger
    files = StoredFiles(limits.results)
    consent = Consent(
        database=database,
        sender=sender,
        messenger=messenger,
        agreement=limits.agreement,
        bot_name=common.telegram.bot_name,
        clock=clock,
    )
    deletion = ForgetPeople(
        database=database,
        sender=sender,
        texts=common.texts,
        caps=limits.caps,
        files=files,
        clock=clock,
    )
    copies = DataCopies(
        database=database, documents=common.telegram.documents, messenger=messenger, clock=clock
    )
    moderation = Moderation(
        database=database,
        sender=sender,
        messenger=messenger,
        files=files,
        operator=common.operator,
        clock=clock,
    )
    await stack.enter_async_context(
        Retention(
            database=database,
            directory=limits.results,
            keep_milliseconds=limits.keep_results_milliseconds,
            clock=clock,
        )
    )
    return PrivacyServices(
        consent=consent, background_tasks=(consent, deletion, copies, moderation)
    )
