"""A video that is wished as a round note comes as one, or as a video, but never not at all."""

from __future__ import annotations

import av
import pytest

from bot.media import calls
from storage.jobs import deliveries
from storage.jobs.deliveries import Form
from storage.jobs.jobs import Job
from storage.people import preferences
from tests.delivery.conftest import ADA, BILLED_MILLISECONDS, Setup
from tests.support.bot_api import Json
from tests.support.chats import buttons_of, text_of
from tests.support.texts import key_of, label, said


async def wished(there: Setup) -> Job:
    """A rendered job of someone who wants round notes."""
    async with there.database.transaction() as tx:
        await preferences.choose(tx, ADA, {"reply_as": "note"})
    return await there.rendered()


async def notes(there: Setup) -> list[Json]:
    return [message for message in await there.telegram.seen() if "video_note" in message]


async def test_the_status_becomes_the_receipt_since_a_note_has_no_caption(there: Setup) -> None:
    job = await there.deliver(await wished(there))
    receipt, note = await there.telegram.seen()
    assert "video_note" in note
    assert job.state == "done"
    shown = await there.shown(job)
    assert (shown.form, shown.message_id) == (Form.ROUND, note["message_id"])
    assert shown.file_id == note["video_note"]["file_id"]
    assert receipt["message_id"] == job.status_message_id
    assert key_of(text_of(receipt)) == "ai-label-video"
    assert label("button-as-video") in buttons_of(receipt)
    books = await there.ledger()
    assert (books["held"], books["quota"]) == (0, BILLED_MILLISECONDS)


async def test_the_receipt_is_said_after_a_crash_that_came_before_it(there: Setup) -> None:
    job = await wished(there)
    there.telegram.fault("editMessageText", "status", times=None, code=500)
    with pytest.raises(Exception, match=r"."):
        await there.deliver(job)
    there.telegram.faults.clear()
    assert len(await notes(there)) == 1
    job = await there.job(job.id)
    assert (job.state, job.announced) == ("done", 0)
    await there.deliverer.finisher.announce(job.id)
    assert key_of(text_of((await there.telegram.seen())[0])) == "ai-label-video"
    assert (await there.job(job.id)).announced == 1


async def test_where_nobody_knows_whether_it_arrived_the_status_becomes_the_video(
    there: Setup,
) -> None:
    there.telegram.fault("sendVideoNote", "drop_before")
    job = await there.deliver(await wished(there))
    (video,) = await there.videos()
    assert job.state == "done"
    assert (await there.shown(job)).form == Form.VIDEO
    assert video["message_id"] == job.status_message_id
    assert await there.telegram.calls("sendVideo") == []
    assert len(await there.telegram.calls("sendVideoNote")) <= 1


async def test_a_crash_while_sending_it_ends_in_the_same_edit(there: Setup) -> None:
    job = await wished(there)
    await there.sending(job)
    job = await there.deliver(job)
    assert len(await there.videos()) == 1
    assert await there.telegram.calls("sendVideoNote") == []
    assert (await there.shown(job)).message_id == job.status_message_id


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: user restricted receiving of video messages",
        "Bad Request: VOICE_MESSAGES_FORBIDDEN",
        "Bad Request: not enough rights to send video notes to the chat",
    ],
)
async def test_who_takes_no_round_notes_gets_the_video(there: Setup, description: str) -> None:
    there.telegram.fault("sendVideoNote", "bad_request", description=description)
    job = await there.deliver(await wished(there))
    (video,) = await there.telegram.seen()
    assert "video" in video
    assert video["message_id"] == (await there.shown(job)).message_id != job.status_message_id
    assert job.state == "done"


async def test_a_pause_that_telegram_asks_for_leaves_it_a_note(there: Setup) -> None:
    there.telegram.fault("sendVideoNote", "rate_limit", retry_after=222)
    job = await there.deliver(await wished(there))
    assert (job.state, await there.begun(job)) == ("delivering", None)
    there.clock.advance(300)
    assert (await there.deliver(job)).state == "done"
    assert len(await notes(there)) == 1
    assert await there.videos() == []


async def test_what_cannot_be_made_round_comes_as_a_video(there: Setup) -> None:
    there.worker.dies.add(calls.make_round_note)
    await there.deliver(await wished(there))
    assert len(await there.videos()) == 1


async def test_a_video_of_more_than_a_minute_comes_as_a_video(there: Setup) -> None:
    job = await wished(there)
    async with there.database.transaction() as tx:
        await tx.execute("UPDATE jobs SET billed_milliseconds = 60001")
    await there.deliver(job)
    assert len(await there.videos()) == 1


async def test_the_last_one_comes_as_it_came_and_else_as_a_video(there: Setup) -> None:
    job = await there.deliver(await wished(there))
    assert await there.last() == ADA
    first, again = await notes(there)
    assert again["video_note"]["file_unique_id"] == first["video_note"]["file_unique_id"]
    assert (await there.telegram.calls("sendVideoNote"))[-1]["files"] == {}

    there.telegram.fault(
        "sendVideoNote", "bad_request", description="Bad Request: wrong file identifier"
    )
    assert await there.last(99) == ADA
    (video,) = await there.videos()
    assert text_of(video) == said("video-last")
    newest, *_ = await deliveries.with_files(there.database, job.id)
    assert newest.file_id == video["video"]["file_id"]


async def test_the_note_keeps_the_ai_label_and_the_sound(there: Setup) -> None:
    job = await there.deliver(await wished(there))
    with av.open(str(there.results / f"{job.id}.note.mp4")) as container:
        assert '"ProduceID":"job-1"' in container.metadata["AIGC"]
        assert len(container.streams.audio) == 1
