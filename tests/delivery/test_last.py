"""The last video once more: for nothing where Telegram has it, else from the disk."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from bot.delivery.earlier_videos import VideoGone
from bot.media import calls
from storage.jobs import deliveries, jobs, videos
from tests.delivery.conftest import ADA, BROKEN_OFF, OLGA, Setup
from tests.support.chats import text_of
from tests.support.texts import said


async def delivered(there: Setup) -> jobs.Job:
    return await there.deliver(await there.rendered())


async def test_it_is_known_as_soon_as_telegram_shows_it(
    there: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = there.sender.send_video
    known: list[jobs.Job | None] = []

    async def send_and_look(*args: Any, **given: Any) -> Any:
        sent = await send(*args, **given)
        known.append(await videos.last_of(there.database, ADA, ADA))
        return sent

    monkeypatch.setattr(there.sender, "send_video", send_and_look)
    rendered = await there.rendered()
    await there.deliver(rendered)
    assert [job and job.id for job in known] == [rendered.id]


async def test_it_is_sent_by_its_id_without_an_upload(there: Setup) -> None:
    job = await delivered(there)
    assert await there.last() == ADA
    call = (await there.telegram.calls("sendVideo"))[-1]
    assert call["params"]["video"] == (await there.shown(job)).file_id
    assert call["files"] == {}
    first, again = await there.videos()
    assert again["video"]["file_unique_id"] == first["video"]["file_unique_id"]
    assert text_of(again) == said("video-last")


async def test_it_comes_from_the_disk_where_telegram_does_not_know_the_id_any_more(
    there: Setup,
) -> None:
    job = await delivered(there)
    async with there.database.transaction() as tx:
        await tx.execute("UPDATE deliveries SET file_id = 'BAACAgI-of-another-bot'")
    assert await there.last() == ADA
    assert len(await there.videos()) == 2
    newest, *_ = await deliveries.with_files(there.database, job.id)
    assert newest.file_id == (await there.videos())[-1]["video"]["file_id"]


async def test_it_comes_from_the_disk_where_the_id_was_never_heard(there: Setup) -> None:
    there.telegram.fault("sendVideo", "error_after", code=200, body=BROKEN_OFF)
    assert (await there.shown(await delivered(there))).file_id is None
    assert await there.last() == ADA
    assert len(await there.videos()) == 2


async def test_each_message_is_on_record_with_the_hash_of_the_file_that_it_shows(
    there: Setup,
) -> None:
    job = await delivered(there)
    kept = hashlib.sha256(there.common.limits.video_of(job.id).read_bytes()).hexdigest()
    there.common.limits.video_of(job.id).unlink()
    assert await there.last() == ADA
    shown = await deliveries.shown(there.database, job.id)
    assert [delivery.sha256 for delivery in shown] == [kept, kept]


async def test_what_came_as_a_file_comes_as_a_file_again(there: Setup) -> None:
    there.worker.dies |= {calls.facts_and_cover, calls.shrink_video}
    await delivered(there)
    assert await there.last() == ADA
    first, again = [m for m in await there.telegram.seen() if "document" in m]
    assert again["document"]["file_unique_id"] == first["document"]["file_unique_id"]
    assert len(await there.telegram.calls("sendVideo")) == 0


async def test_where_neither_has_it_that_is_known(there: Setup) -> None:
    job = await delivered(there)
    there.common.limits.video_of(job.id).unlink()
    there.telegram.fault(
        "sendVideo", "bad_request", description="Bad Request: wrong file identifier"
    )
    with pytest.raises(VideoGone):
        await there.last()
    assert len(await there.videos()) == 1


async def test_a_video_that_nobody_could_take_is_had_when_the_chat_is_open_again(
    there: Setup,
) -> None:
    there.telegram.fault("sendVideo", "forbidden")
    assert (await delivered(there)).state == "undeliverable"
    assert await there.last() == ADA
    assert len(await there.videos()) == 1


async def test_it_is_ones_own_of_this_chat_only(there: Setup) -> None:
    await delivered(there)
    assert await there.last(user_id=OLGA, chat_id=OLGA) is None
    assert await there.last(user_id=OLGA) is None


async def test_it_costs_nothing(there: Setup) -> None:
    await delivered(there)
    before = await there.ledger()
    await there.last()
    assert await there.ledger() == before
