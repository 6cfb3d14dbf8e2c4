"""What is said on a message that cannot be edited any more is said in a new one."""

from __future__ import annotations

import pytest

from bot.chat.status import Progress
from bot.retry import STATUS_UNSAID
from bot.telegram.errors import (
    ChatDead,
    MessageGone,
    NotAllowed,
    NotSent,
    RequestInvalid,
    TelegramFailure,
    ThreadClosed,
)
from bot.telegram.keyboards import Keyboard
from storage.groups import chats
from storage.jobs.jobs import JobState
from tests.storage import orders
from tests.support.fake_services import Fakes


def refuse_edits(fakes: Fakes, failure: TelegramFailure, monkeypatch: pytest.MonkeyPatch) -> None:
    async def edit_text(
        chat_id: int, message_id: int, text: str, *, keyboard: Keyboard | None = None
    ) -> None:
        raise failure

    monkeypatch.setattr(fakes.sender, "edit_text", edit_text)


@pytest.mark.parametrize("refusal", [NotAllowed, RequestInvalid, MessageGone, ThreadClosed])
async def test_an_end_whose_edit_is_refused_for_good_is_said_in_a_new_message(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch, refusal: type[TelegramFailure]
) -> None:
    job = await fakes.running_job()
    refuse_edits(fakes, refusal("not this one"), monkeypatch)
    await fakes.finisher.fail_task(await fakes.task_of(job), "failed-timeout")
    assert "took too long" in fakes.sender.to(job.chat_id)[-1]
    ended = await fakes.job(job.id)
    assert ended.announced == 1
    assert ended.status_message_id != job.status_message_id


async def test_what_a_new_message_cannot_say_either_stays_unsaid_and_is_over(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = await fakes.running_job()
    refuse_edits(fakes, NotAllowed("muted"), monkeypatch)

    async def send_text(*_: object, **__: object) -> None:
        raise NotAllowed("muted")

    monkeypatch.setattr(fakes.sender, "send_text", send_text)
    await fakes.finisher.fail_task(await fakes.task_of(job), "failed-timeout")
    for _ in range(20):
        await fakes.finisher.announce(job.id)
    assert (await fakes.job(job.id)).announced == 1
    assert "stays unsaid" in caplog.text


async def test_a_chat_that_turns_out_to_be_closed_ends_what_only_waits_there(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, waiting, elsewhere = (
        await fakes.running_job(),
        await fakes.waiting_job(),
        await fakes.waiting_job(user_id=2),
    )
    refuse_edits(fakes, ChatDead("blocked"), monkeypatch)
    await fakes.finisher.fail_task(await fakes.task_of(running), "failed-timeout")
    assert await chats.is_dead(fakes.database, running.chat_id)
    assert (await fakes.job(waiting.id)).state == JobState.CANCELLED
    assert (await fakes.job(elsewhere.id)).state == JobState.MAKING


async def test_a_first_status_that_a_chat_puts_off_is_not_tried_again_at_once(fakes: Fakes) -> None:
    job = await orders.start(fakes.database)
    status = fakes.common.part(Progress)
    fakes.sender.failures[job.chat_id] = NotSent("the chat is to be left alone for 222 s")
    (say,) = (await status.due()).values()
    await say()
    assert fakes.sender.tries == 1
    assert await status.due() == {}
    fakes.clock.advance(STATUS_UNSAID.delays_seconds[0])
    assert len(await status.due()) == 1


async def test_a_job_shows_a_status_as_long_as_something_of_it_is_to_be_rendered(
    fakes: Fakes,
) -> None:
    long = await orders.start(fakes.database, milliseconds=10_000, cuts=(5_000,))
    await orders.make_ready(fakes.database, long)
    status = fakes.common.part(Progress)
    for more in (True, False):
        await orders.bill(fakes.database, await orders.run_next(fakes.database))
        assert (("status", long.id) in await status.due()) is more
