"""Resends cost nothing, are done once, and end, whatever Telegram does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.common import build_outbox
from bot.delivery.earlier_videos import WantedAs
from bot.delivery.resend import Resends, want_again, want_turn
from bot.outbox import OutboxRunner
from bot.telegram.errors import FileGone
from bot.telegram.files import Files
from storage.jobs import deliveries
from storage.jobs.deliveries import Form
from storage.jobs.jobs import Job
from storage.media import ConversationKey
from storage.outbox import OutboxEntry
from tests.delivery.conftest import ADA, STATUS, Setup
from tests.support.bot_api import Json
from tests.support.chats import text_of
from tests.support.fake_services import run_all
from tests.support.texts import said

HERE = ConversationKey(ADA, 0, ADA)


class NoFiles(Files):
    """Telegram has nothing any more."""

    def __init__(self) -> None:
        pass

    async def download(self, file_id: str, declared_bytes: int | None = None) -> bytes:
        del declared_bytes
        raise FileGone(file_id)


def resends_of(there: Setup) -> OutboxRunner:
    telegram = replace(there.common.telegram, files=NoFiles())
    common = replace(there.common, telegram=telegram)
    return build_outbox(common, common.part(Resends).kinds)


async def asked(there: Setup, form: str, job: Job, update: int = 1) -> None:
    async with there.database.transaction() as tx:
        await want_again(tx, f"update:{update}:{form}", HERE, STATUS + 1, job.id, WantedAs(form))


async def work(there: Setup) -> None:
    await run_all(resends_of(there))


async def left(there: Setup) -> list[OutboxEntry]:
    return await there.database.every(OutboxEntry, "SELECT * FROM outbox WHERE state = 'open'")


async def notes(there: Setup) -> list[Json]:
    return [message for message in await there.telegram.seen() if "video_note" in message]


async def test_what_came_already_does_not_come_again_when_its_update_returns(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    for _ in range(2):
        await asked(there, "video", job)
        await work(there)
    assert len(await there.videos()) == 2
    await asked(there, "video", job, 2)
    await work(there)
    assert len(await there.videos()) == 3


async def test_telegram_away_for_long_is_said_on_the_message_that_asked(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    there.telegram.fault("sendVideoNote", "rate_limit", retry_after=30, times=None)
    await asked(there, "note", job)
    for _ in range(12):
        await work(there)
        there.clock.advance(301)
    assert text_of((await there.telegram.seen())[-1]) == said("again-later")
    assert await left(there) == []


async def test_two_presses_in_a_row_are_one(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    await asked(there, "note", job)
    await asked(there, "note", job, 2)
    await work(there)
    assert len(await notes(there)) == 1
    assert await left(there) == []


async def test_a_lost_answer_is_not_sent_twice(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    there.telegram.fault("sendVideoNote", "drop_after")
    await asked(there, "note", job)
    await work(there)
    await work(there)
    assert len(await notes(there)) == 1


async def test_what_was_being_sent_when_the_process_died_is_not_sent_again(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    await asked(there, "video", job)
    (resend,) = await left(there)
    async with there.database.transaction() as tx:
        await deliveries.sending(tx, job, f"resend:{resend.unique_key}", Form.VIDEO, ADA)
    await work(there)
    assert len(await there.videos()) == 1
    assert await left(there) == []


async def test_a_pause_of_telegram_puts_it_off_and_it_comes_then(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    there.telegram.fault("sendVideoNote", "rate_limit", retry_after=100)
    await asked(there, "note", job)
    await work(there)
    (resend,) = await left(there)
    assert resend.attempts == 1
    there.clock.advance(120)
    await work(there)
    assert len(await notes(there)) == 1


async def test_what_nobody_has_any_more_is_said_on_the_message_that_asked(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    there.common.limits.video_of(job.id).unlink()
    async with there.database.transaction() as tx:
        await tx.execute("UPDATE deliveries SET file_id = 'BAAC-unknown'")
    for kind in ("note", "video"):
        await asked(there, kind, await there.job(job.id))
    await work(there)
    there.clock.advance(10)
    await work(there)
    answers = [m for m in await there.telegram.seen() if text_of(m) == said("again-gone")]
    assert [m["reply_to_message"]["message_id"] for m in answers] == [STATUS + 1] * 2
    assert await left(there) == []


async def test_who_takes_no_round_notes_is_told(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    there.telegram.fault(
        "sendVideoNote", "bad_request", description="Bad Request: VOICE_MESSAGES_FORBIDDEN"
    )
    await asked(there, "note", job)
    await work(there)
    assert text_of((await there.telegram.seen())[-1]) == said("again-not-round")


@pytest.mark.parametrize("description", ["Forbidden: bot was blocked by the user"])
async def test_a_chat_that_is_closed_ends_it(there: Setup, description: str) -> None:
    job = await there.deliver(await there.rendered())
    there.telegram.fault("sendVideoNote", "forbidden", description=description)
    await asked(there, "note", job)
    await work(there)
    assert await left(there) == []


async def test_the_later_of_two_pages_is_shown_and_a_page_that_is_gone_is_let_go(
    there: Setup,
) -> None:
    await there.deliver(await there.rendered())
    for page in (1, 2):
        async with there.database.transaction() as tx:
            await want_turn(tx, f"update:{page}", HERE, 999, page)
    (resend,) = await left(there)
    assert resend.values["page"] == 2
    await work(there)
    assert await left(there) == []
