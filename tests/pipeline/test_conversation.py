"""What is said on a message that cannot be edited any more is said in a new one."""

from __future__ import annotations

import pytest

from bot.chat.status import FirstStatus, Progress
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
from tests.pipeline.shop import Shop
from tests.storage import orders


def refuse_edits(shop: Shop, failure: TelegramFailure, monkeypatch: pytest.MonkeyPatch) -> None:
    async def edit_text(
        chat_id: int, message_id: int, text: str, *, keyboard: Keyboard | None = None
    ) -> None:
        raise failure

    monkeypatch.setattr(shop.paper, "edit_text", edit_text)


@pytest.mark.parametrize("refusal", [NotAllowed, RequestInvalid, MessageGone, ThreadClosed])
async def test_an_end_whose_edit_is_refused_for_good_is_said_in_a_new_message(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, refusal: type[TelegramFailure]
) -> None:
    job = await shop.running_job()
    refuse_edits(shop, refusal("not this one"), monkeypatch)
    await shop.finisher.fail(job, "failed-timeout")
    assert "took too long" in shop.paper.to(job.chat_id)[-1]
    ended = await shop.job(job.id)
    assert ended.announced == 1
    assert ended.status_message_id != job.status_message_id


async def test_what_a_new_message_cannot_say_either_stays_unsaid_and_is_over(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = await shop.running_job()
    refuse_edits(shop, NotAllowed("muted"), monkeypatch)

    async def send_text(*_: object, **__: object) -> None:
        raise NotAllowed("muted")

    monkeypatch.setattr(shop.paper, "send_text", send_text)
    await shop.finisher.fail(job, "failed-timeout")
    for _ in range(20):
        await shop.finisher.announce(job.id)
    assert (await shop.job(job.id)).announced == 1
    assert "stays unsaid" in caplog.text


async def test_a_chat_that_turns_out_to_be_closed_ends_what_only_waits_there(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, waiting, elsewhere = (
        await shop.running_job(),
        await shop.waiting_job(),
        await shop.waiting_job(user_id=2),
    )
    refuse_edits(shop, ChatDead("blocked"), monkeypatch)
    await shop.finisher.fail(running, "failed-timeout")
    assert await chats.is_dead(shop.database, running.chat_id)
    assert (await shop.job(waiting.id)).state == JobState.CANCELLED
    assert (await shop.job(elsewhere.id)).state == JobState.READY


async def test_a_first_status_that_a_chat_puts_off_is_not_tried_again_at_once(shop: Shop) -> None:
    job = await orders.start(shop.database)
    progress = Progress(common=shop.common, messenger=shop.messenger, slots=1, outages=shop.outages)
    status = FirstStatus(common=shop.common, messenger=shop.messenger, progress=progress)
    shop.paper.failures[job.chat_id] = NotSent("the chat is to be left alone for 222 s")
    (say,) = (await status.due()).values()
    await say()
    assert shop.paper.tries == 1
    assert await status.due() == {}
    shop.clock.advance(STATUS_UNSAID.delays_seconds[0])
    assert len(await status.due()) == 1
