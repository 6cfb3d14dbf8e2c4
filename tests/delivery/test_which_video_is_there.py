"""A video is there from when Telegram may show it, whoever asks and whatever is noted of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from storage.db.database import Database, Transaction
from storage.jobs import deliveries, moves, videos
from storage.jobs.deliveries import Form, first_cause
from storage.jobs.jobs import Job
from tests.storage.orders import as_it_is, deliver, render, start
from tests.support.clock import FakeClock

ADA, STATUS, ITS_MESSAGE, OF_NOBODY = 712_345, 5, 120, 4_711


async def _called(tx: Transaction, job: Job) -> None:
    """Telegram has it and may have shown it; there was no answer, or the process died before it."""
    await deliveries.sending(tx, job, first_cause(job), Form.VIDEO, ADA)


async def _becomes(tx: Transaction, job: Job) -> None:
    """And the status message was edited into it, or may have been."""
    await _called(tx, job)
    cause = f"{first_cause(job)}:{ADA}:{STATUS}"
    await deliveries.sending(tx, job, cause, Form.VIDEO, ADA, STATUS)


async def _became(tx: Transaction, job: Job) -> None:
    """Of two messages one is known."""
    await _becomes(tx, job)
    await deliveries.sent(tx, f"{first_cause(job)}:{ADA}:{STATUS}", Form.VIDEO, STATUS)
    await moves.delivered(tx, job)


async def _closed(tx: Transaction, job: Job) -> None:
    """The chat takes nothing any more before anything was known."""
    await _called(tx, job)
    await moves.undeliverable(tx, job, "blocked")


async def _noted(tx: Transaction, job: Job) -> None:
    await _called(tx, job)
    await deliveries.sent(tx, first_cause(job), Form.VIDEO, ITS_MESSAGE, file_id="f")
    await moves.delivered(tx, job)


MOMENTS = [_called, _becomes, _became, _closed, _noted]


async def _replied_to(database: Database) -> Job | None:
    """Every message that shows it, and there may be one whose number nobody knows."""
    (found,) = {
        one and one.id: one
        for delivery in await deliveries.shown(database, 2)
        for number in [delivery.message_id or OF_NOBODY]
        for one in [await videos.shown_in(database, ADA, number, None, is_ours=True)]
    }.values()
    return found


async def _first_of_page(database: Database) -> Job | None:
    assert await videos.count_of(database, ADA, ADA) == 2
    assert await videos.total_of(database, ADA) == 2
    return (await videos.page_of(database, ADA, ADA, skip=0, limit=5))[0]


QUESTIONS: dict[str, Callable[[Database], Awaitable[Job | None]]] = {
    "/last": lambda database: videos.last_of(database, ADA, ADA),
    "/history, /forget": _first_of_page,
    "/report": lambda database: videos.newest_in(database, ADA),
    "/report in answer to it": _replied_to,
}


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "bot.db", FakeClock())
    yield opened
    await opened.close()


async def two_videos(database: Database) -> tuple[Job, Job]:
    """One that is long known, and one about to be sent."""
    old = await render(database, await start(database, ADA), 4_000)
    assert await deliver(database, old)
    return old, await render(database, await start(database, ADA), 4_000)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_every_question_for_a_video_finds_the_one_that_telegram_may_show(
    database: Database, moment: Callable[[Transaction, Job], Awaitable[None]]
) -> None:
    _, job = await two_videos(database)
    await database.do(moment, job)
    found = {asked: await question(database) for asked, question in QUESTIONS.items()}
    assert {asked: one and one.id for asked, one in found.items()} == dict.fromkeys(found, job.id)


async def test_what_was_not_sent_or_is_gone_is_not_the_newest_of_its_chat(
    database: Database,
) -> None:
    old, job = await two_videos(database)
    await database.do(_called, job)
    await database.do(deliveries.not_sent, first_cause(job))
    assert await videos.newest_in(database, ADA) == await as_it_is(database, old)
    await database.do(_noted, job)
    for delivery in await deliveries.shown(database, job.id):
        await database.do(deliveries.removed, delivery.id)
    assert await videos.newest_in(database, ADA) == await as_it_is(database, old)


async def test_somebody_elses_video_is_none_of_unknown_fate(database: Database) -> None:
    _, job = await two_videos(database)
    await database.do(_called, job)
    assert await videos.shown_in(database, ADA, OF_NOBODY, None, is_ours=False) is None
