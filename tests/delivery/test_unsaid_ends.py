"""How a job ended is said in the end: Telegram's refusal of today is not that of tomorrow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.gate import Way
from bot.intake.pairing import Pairing
from bot.telegram.errors import ChatDead, NotAllowed, NotSent, TelegramFailure
from storage.due import Due, rows
from storage.jobs import task_moves
from storage.jobs.jobs import Job
from storage.people import consents
from tests.support.fake_services import Fakes
from tests.support.fakes import FakeSender

SAID = "Nothing was charged"


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[TelegramFailure]:
    """What Telegram answers to everything, until the list is empty."""
    made: list[TelegramFailure] = []

    for name in ("send_text", "edit_text"):
        monkeypatch.setattr(FakeSender, name, _unless_refused(getattr(FakeSender, name), made))
    return made


def _unless_refused(
    say: Callable[..., Awaitable[Any]], refusals: list[TelegramFailure]
) -> Callable[..., Awaitable[Any]]:
    async def saying(*args: Any, **named: Any) -> Any:
        if refusals:
            raise refusals[0]
        return await say(*args, **named)

    return saying


async def failed(fakes: Fakes, refusals: list[TelegramFailure], failure: TelegramFailure) -> Job:
    job = await fakes.waiting_job()
    refusals.append(failure)
    await fakes.finisher.fail_task(await fakes.task_of(job), "failed-service")
    return await fakes.job(job.id)


async def due(fakes: Fakes) -> list[int]:
    """The jobs whose end is to be said now."""
    return [job.id for job in await rows(fakes.database, Job, Due.UNANNOUNCED_JOBS, 9)]


async def test_what_was_refused_is_said_a_while_later(
    fakes: Fakes, refusals: list[TelegramFailure]
) -> None:
    job = await failed(fakes, refusals, NotAllowed("no right"))
    assert not job.announced
    assert await due(fakes) == []
    refusals.clear()
    fakes.clock.advance(61)
    assert await due(fakes) == [job.id]
    await fakes.finisher.announce(job.id)
    assert (await fakes.job(job.id)).announced
    assert SAID in fakes.sender.to(job.chat_id)[-1]


async def test_what_is_refused_for_an_hour_and_more_is_given_up(
    fakes: Fakes, refusals: list[TelegramFailure]
) -> None:
    job = await failed(fakes, refusals, NotAllowed("no right"))
    attempts = 1
    while await due(fakes) or not (await fakes.job(job.id)).announced:
        fakes.clock.advance(60)
        if await due(fakes):
            await fakes.finisher.announce(job.id)
            attempts += 1
    assert attempts == 4


async def test_a_closed_chat_is_not_tried_again(
    fakes: Fakes, refusals: list[TelegramFailure]
) -> None:
    job = await failed(fakes, refusals, ChatDead("blocked"))
    assert job.announced
    assert await due(fakes) == []


async def test_an_end_is_said_once_whoever_comes_to_say_it_at_the_same_time(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await fakes.waiting_job()
    said: list[str] = []

    async def edit_text(_: FakeSender, chat_id: int, message_id: int, text: str, **__: Any) -> None:
        said.append(text)

    monkeypatch.setattr(FakeSender, "edit_text", edit_text)
    async with fakes.database.transaction() as tx:
        await task_moves.fail(tx, await fakes.task_of(job), "failed-service", None)
    await asyncio.gather(*(fakes.finisher.announce(job.id) for _ in range(3)))
    assert len(said) == 1


async def test_an_end_that_was_read_before_the_bot_knew_is_not_said_over_what_came_of_it(
    fakes: Fakes, refusals: list[TelegramFailure]
) -> None:
    ended = await failed(fakes, refusals, NotSent("shown, and the answer was lost"))
    refusals.clear()
    pairing, message_id = fakes.common.part(Pairing), ended.status_message_id
    async with fakes.database.transaction() as tx:
        await consents.give(tx, ended.user_id, fakes.common.limits.agreement, "en")
    again = await pairing.once_more(Way.RETRY, "retry:1", ended, message_id, resolution="480P")
    assert again is not None
    assert again.status_message_id == message_id
    await fakes.sender.edit_text(ended.chat_id, message_id or 0, "Place 1 in the queue")
    fakes.clock.advance(3600)
    await fakes.finisher.announce(ended.id)
    assert fakes.sender.to(ended.chat_id) == ["Place 1 in the queue"]
    assert await due(fakes) == []
