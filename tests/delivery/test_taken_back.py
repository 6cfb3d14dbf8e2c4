"""Somebody in a video does not want it, and says so while it is being sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.delivery.earlier_videos import VideoGone, WantedAs
from bot.telegram.errors import NotSent, SendUnknown
from bot.telegram.outgoing import SentMessage
from storage.groups import borrowed_media
from storage.jobs import deliveries
from storage.jobs.jobs import Job
from storage.people import preferences
from tests.delivery.conftest import ADA, BILLED_MILLISECONDS, OLGA, Setup
from tests.support.chats import text_of
from tests.support.fake_services import run_all
from tests.support.texts import label, said

CHARGED = label("charged-all-the-same", seconds=BILLED_MILLISECONDS / 1000)


async def delivered_and_stopped(there: Setup, form: str) -> Job:
    """Delivered, as far as Telegram is concerned; the objection comes before the last word."""
    async with there.database.transaction() as tx:
        await preferences.choose(tx, ADA, {"reply_as": form})
    job = await there.deliver(await there.rendered())
    assert job.state == "done"
    await objects(there, job)
    return job


async def objects(there: Setup, job: Job) -> None:
    """Olga, whose photo it is; what became of the job is to be said after that."""
    async with there.database.transaction() as tx:
        await tx.execute("UPDATE jobs SET announced = 0 WHERE id = :id", id=job.id)
        await borrowed_media.borrow(tx, job.photo_id, OLGA)
        made = await borrowed_media.stop(tx, [job.photo_id])
        await deliveries.take_back(tx, made, "update:1")


async def shown(there: Setup) -> list[str]:
    """What is to be read, of what is to be seen no video and no note."""
    heard = await there.telegram.seen()
    assert not [m for m in heard if "video" in m or "video_note" in m]
    return [text_of(message) for message in heard]


async def end(there: Setup, job: Job) -> None:
    """Say how it ended, and do what comes of it."""
    await there.finisher.announce(job.id)
    await there.settle()


@pytest.mark.parametrize("form", ["video", "note"])
async def test_it_is_taken_back_in_whatever_form_it_came_and_said_what_it_took(
    there: Setup, form: str
) -> None:
    job = await delivered_and_stopped(there, form)
    for _ in range(2):
        await end(there, job)
        assert await shown(there) == [said("failed-objected", charged=CHARGED)]
    books = await there.ledger()
    assert (books["held"], books["quota"]) == (0, BILLED_MILLISECONDS)


async def test_what_cannot_be_taken_back_is_not_said_to_be(there: Setup) -> None:
    job = await delivered_and_stopped(there, "video")
    there.telegram.fault(
        "deleteMessage",
        "status",
        times=None,
        code=400,
        description="Bad Request: message can't be deleted",
    )
    await end(there, job)
    texts = [text_of(message) for message in await there.telegram.seen()]
    assert said("video-stays") in texts
    assert len(await there.videos()) == 1


async def test_a_video_whose_chat_is_not_known_is_left_alone(there: Setup) -> None:
    job = await delivered_and_stopped(there, "video")
    async with there.database.transaction() as tx:
        await tx.execute("UPDATE deliveries SET chat_id = 0, message_id = NULL")
    before = len(await there.telegram.calls("deleteMessage"))
    await end(there, job)
    assert len(await there.telegram.calls("deleteMessage")) == before
    assert said("video-stays") in [text_of(message) for message in await there.telegram.seen()]


async def test_every_copy_that_was_brought_since_goes_with_it(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    for message_id in (1, 2):
        await there.last(message_id)
    await there.again(job, WantedAs.NOTE)
    assert len(await there.videos()) == 3
    await objects(there, job)
    await end(there, job)
    assert await shown(there) == [said("failed-objected", charged=CHARGED)]


async def test_a_copy_of_which_nobody_knows_is_not_said_to_be_gone(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    there.telegram.fault("sendVideo", "drop_after")
    with pytest.raises(SendUnknown):
        await there.last()
    await objects(there, job)
    await end(there, job)
    assert said("video-stays") in [text_of(message) for message in await there.telegram.seen()]


async def test_who_objects_while_a_copy_is_sent_has_it_removed(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    sending = there.sender.send_video

    async def sent_meanwhile(*args: Any, **named: Any) -> SentMessage:
        sent = await sending(*args, **named)
        await objects(there, job)
        return sent

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(there.sender, "send_video", sent_meanwhile)
        await there.last()
    await there.settle()
    assert await there.videos() == []


async def test_a_chat_that_has_to_wait_keeps_no_copy_elsewhere(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    await there.again(job, WantedAs.VIDEO, chat_id=OLGA)
    delete = there.sender.delete_message

    async def put_off_in_one(chat_id: int, message_id: int) -> None:
        if chat_id == ADA:
            raise NotSent("Too Many Requests: retry after 300", 300)
        await delete(chat_id, message_id)

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(there.sender, "delete_message", put_off_in_one)
        await objects(there, job)
        await run_all(there.outbox)
    assert (len(await there.videos(ADA)), await there.videos(OLGA)) == (1, [])
    await there.settle()
    assert await there.videos(ADA) == []


async def test_a_copy_that_comes_while_the_others_are_removed_goes_too(there: Setup) -> None:
    """Which message it is was not known when the others were looked up."""
    job = await there.deliver(await there.rendered())
    sent, removing = asyncio.Event(), asyncio.Event()
    send_video, delete = there.sender.send_video, there.sender.delete_message

    async def send_slowly(*args: Any, **named: Any) -> SentMessage:
        message = await send_video(*args, **named)
        sent.set()
        await removing.wait()
        return message

    async def delete_slowly(chat_id: int, message_id: int) -> None:
        removing.set()
        await last
        await delete(chat_id, message_id)

    with pytest.MonkeyPatch.context() as patches:
        patches.setattr(there.sender, "send_video", send_slowly)
        patches.setattr(there.sender, "delete_message", delete_slowly)
        last = asyncio.create_task(there.last())
        await sent.wait()
        await objects(there, job)
        await there.settle()
    assert await there.videos() == []


async def test_what_is_objected_to_while_its_fate_is_unknown_is_not_shown_for_it(
    there: Setup,
) -> None:
    job = await there.rendered()
    await there.sending(job)
    await objects(there, job)
    job = await there.deliver(job)
    assert (job.state, job.failure) == ("failed", "failed-objected")
    assert await there.videos() == []
    assert said("video-stays") in [text_of(message) for message in await there.telegram.seen()]


async def test_nothing_is_brought_again_of_what_was_objected_to(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    await objects(there, job)
    with pytest.raises(VideoGone):
        await there.again(job, WantedAs.VIDEO)
    assert await there.last() is None
