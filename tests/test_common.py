"""What does not change, or cannot be there, is not read again and again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot import common
from bot.chat.messenger import Messenger
from bot.common import Component
from bot.limits import effective_settings_of
from storage.media import ConversationKey
from tests.storage import orders
from tests.support.fake_services import Fakes

ADA = ConversationKey(7, 0, 7)


@asynccontextmanager
async def _reads(fakes: Fakes) -> AsyncIterator[list[str]]:
    """The statements that ask for committed facts within the block."""
    reads: list[str] = []
    await fakes.database.reader.set_trace_callback(reads.append)
    yield reads
    await fakes.database.reader.set_trace_callback(lambda _: None)


async def test_the_update_that_a_job_began_with_is_read_once(fakes: Fakes) -> None:
    job, component = await orders.start(fakes.database), Component(common=fakes.common)
    async with component.about_job(job.id):
        pass
    async with _reads(fakes) as reads, component.about_job(job.id):
        pass
    assert reads == []


async def test_of_jobs_long_past_no_update_is_kept(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(common, "_JOBS_KNOWN", 2)
    for job_id in range(1, 6):
        async with Component(common=fakes.common).about_job(job_id):
            pass
    assert [*fakes.common.updates_of_jobs] == [4, 5]


async def test_in_a_private_chat_no_group_is_looked_for(fakes: Fakes) -> None:
    async with _reads(fakes) as reads:
        await effective_settings_of(fakes.database, fakes.common.limits, ADA)
    assert reads
    assert not any("FROM groups" in read for read in reads)


async def test_what_is_said_again_in_its_message_is_written_nowhere(fakes: Fakes) -> None:
    """Neither the message that is edited nor the item that is spoken of changes."""
    async with fakes.database.transaction() as tx:
        photo = await orders.item(tx, "photo", ADA)
    messenger = fakes.common.part(Messenger)
    await messenger.about(photo, "looking")
    writes: list[str] = []
    await fakes.database.writer.set_trace_callback(writes.append)
    await messenger.about(photo, "all is well")
    (said,) = fakes.sender.messages.values()
    assert said.text == "all is well"
    assert writes == []
