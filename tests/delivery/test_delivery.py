"""A rendered video reaches its chat once, whatever Telegram does; or it is known why not."""

from __future__ import annotations

import inspect
import logging
from pathlib import Path
from typing import Any

import pytest
from telegram.request import HTTPXRequest

from bot.media import calls
from storage import media
from storage.jobs import task_moves
from storage.jobs.deliveries import Form
from tests.delivery.conftest import ADA, BILLED_MILLISECONDS, BROKEN_OFF, OLGA, Setup
from tests.storage.orders import task_of
from tests.support.chats import text_of
from tests.support.texts import key_of, said

ROOT = Path(__file__).parents[2]
TOO_BIG: dict[str, Any] = {
    "code": 413,
    "body": {"ok": False, "error_code": 413, "description": "Request Entity Too Large"},
}


async def settled(there: Setup, job_id: int) -> bool:
    row = await there.database.fetch_one(
        "SELECT SUM(held_quota_milliseconds) AS held FROM ledger WHERE job_id = :id", id=job_id
    )
    return row is not None and row["held"] == 0


async def test_the_video_comes_and_its_status_goes(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    (message,) = await there.telegram.seen()
    assert job.state == "done"
    assert message["message_id"] == (await there.shown(job)).message_id
    assert key_of(text_of(message)) == "ai-label-video"
    books = await there.ledger()
    assert (books["held"], books["quota"]) == (0, BILLED_MILLISECONDS)


async def test_from_delivery_to_the_call_a_reader_passes_few_functions(
    there: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: set[tuple[str, str]] = set()
    real = HTTPXRequest.do_request

    async def request(self: HTTPXRequest, url: str, *args: Any, **named: Any) -> tuple[int, bytes]:
        if url.endswith("/sendVideo"):
            ours = [code for frame in inspect.stack() if (code := frame.frame.f_code)]
            passed.update((c.co_filename, f"{c.co_firstlineno} {c.co_name}") for c in ours)
        return await real(self, url, *args, **named)

    monkeypatch.setattr(HTTPXRequest, "do_request", request)
    await there.deliver(await there.rendered())
    ours = {(path, name) for path, name in passed if path.startswith(str(ROOT / "bot"))}
    assert 5 <= len(ours) <= 25
    assert len({path for path, _ in ours}) <= 10


async def test_the_delivered_file_is_kept(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    assert there.common.limits.video_of(job.id).read_bytes() == there.video


async def test_a_pause_of_222_seconds_is_kept_and_holds_up_no_other_chat(there: Setup) -> None:
    job, other = await there.rendered(), await there.rendered(OLGA)
    there.telegram.fault("sendVideo", "rate_limit", retry_after=222)
    before = there.clock.now_milliseconds()
    waiting = await there.deliver(job)
    assert waiting.state == "delivering"
    assert await there.begun(waiting) is None
    assert waiting.not_before_milliseconds >= before + 222_000
    assert sum(there.clock.slept) < 10, "the worker waited instead of serving others"

    assert (await there.deliver(other)).state == "done"
    again = await there.deliver(job)
    assert len(await there.telegram.calls("sendVideo")) == 2, "it asked again during the pause"
    there.clock.advance(1 + (again.not_before_milliseconds - before) / 1000)
    assert (await there.deliver(job)).state == "done"
    assert len(await there.videos()) == 1


async def test_an_answer_that_broke_off_after_the_messages_number_tells_that_it_is_there(
    there: Setup,
) -> None:
    there.telegram.fault("sendVideo", "error_after", code=200, body=BROKEN_OFF)
    job = await there.deliver(await there.rendered())
    (video,) = await there.telegram.seen()
    assert job.state == "done"
    assert (await there.shown(job)).message_id == video["message_id"]
    assert await there.telegram.calls("editMessageMedia") == []


async def test_an_answer_that_broke_off_before_that_proves_nothing(there: Setup) -> None:
    there.telegram.fault("sendVideo", "error_after", code=200, body=BROKEN_OFF[:12])
    status = await there.rendered()
    job = await there.deliver(status)
    assert job.state == "done"
    assert (await there.shown(job)).message_id == status.status_message_id


async def test_an_upload_cut_in_half_comes_whole_and_once(there: Setup) -> None:
    there.telegram.fault("sendVideo", "cut")
    job = await there.deliver(await there.rendered())
    (video,) = await there.videos()
    answer = await there.telegram.http.get(f"/sim/files/{video['video']['file_id']}")
    assert answer.content == there.video
    assert job.state == "done"


async def test_a_status_that_is_gone_is_made_anew_rather_than_the_video_sent_twice(
    there: Setup,
) -> None:
    job = await there.rendered()
    await there.sender.delete_message(ADA, job.status_message_id or 0)
    there.telegram.fault("sendVideo", "drop_after")
    job = await there.deliver(job)
    assert job.state == "done"
    assert len(await there.telegram.calls("sendVideo")) == 1
    assert len(await there.videos()) == 2, "the one whose answer was lost, and the edited one"


async def test_a_crash_while_sending_ends_in_an_edit_that_can_be_repeated(there: Setup) -> None:
    job = await there.rendered()
    await there.sending(job)
    there.telegram.fault("editMessageMedia", "drop_after")
    job = await there.deliver(job)
    assert job.state == "done"
    assert len(await there.videos()) == 1


async def test_a_video_too_big_for_telegram_comes_smaller_and_says_so(there: Setup) -> None:
    there.telegram.fault("sendVideo", "status", **TOO_BIG)
    job = await there.deliver(await there.rendered())
    (video,) = await there.videos()
    assert job.state == "done"
    assert said("video-smaller") in text_of(video)
    assert video["video"]["file_size"] <= len(there.video) / 2


async def test_a_video_that_cannot_be_made_smaller_comes_as_a_file_and_says_so(
    there: Setup,
) -> None:
    there.worker.dies.add(calls.shrink_video)
    there.telegram.fault("sendVideo", "status", **TOO_BIG)
    job = await there.deliver(await there.rendered())
    (message,) = await there.telegram.seen()
    assert job.state == "done"
    assert (await there.shown(job)).form == Form.FILE
    assert message["document"]["file_size"] == len(there.video)
    assert said("video-as-file") in text_of(message)


async def test_a_video_that_no_form_fits_is_kept_and_costs_the_person_nothing(there: Setup) -> None:
    there.telegram.fault("sendVideo", "status", times=None, **TOO_BIG)
    there.telegram.fault("sendDocument", "status", times=None, **TOO_BIG)
    job = await there.deliver(await there.rendered())
    assert (job.state, job.failure) == ("failed", "failed-too-big")
    books = await there.ledger()
    assert (books["held"], books["quota"]) == (0, 0)
    assert there.common.limits.video_of(job.id).exists()
    assert any("may be lost" in text_of(m) for m in await there.telegram.seen(OLGA))


async def test_a_video_that_makes_the_media_process_die_comes_as_a_file(there: Setup) -> None:
    there.worker.dies |= {calls.facts_and_cover, calls.shrink_video}
    job = await there.deliver(await there.rendered())
    assert job.state == "done"
    assert "document" in (await there.telegram.seen())[-1]


@pytest.mark.parametrize(
    "description",
    [
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: bot was blocked by the user",
        "Forbidden: user is deactivated",
    ],
)
async def test_a_chat_that_is_closed_ends_the_job_settled_and_in_the_log(
    there: Setup, caplog: pytest.LogCaptureFixture, description: str
) -> None:
    there.telegram.fault("sendVideo", "forbidden", times=None, description=description)
    with caplog.at_level(logging.WARNING):
        job = await there.deliver(await there.rendered())
    assert job.state == "undeliverable"
    assert await settled(there, job.id)
    assert f"job {job.id} cannot be delivered: {description}" in caplog.text
    assert there.common.limits.video_of(job.id).exists(), "it is kept: the chat may open again"


async def test_a_voice_note_that_was_deleted_is_not_missed(there: Setup) -> None:
    job = await there.rendered()
    voice = await media.get(there.database, job.voice_id)
    assert voice is not None
    async with there.database.transaction() as tx:
        await tx.execute("UPDATE media SET message_id = 4711 WHERE id = :id", id=voice.id)
    assert (await there.deliver(job)).state == "done"


async def test_a_closed_topic_does_not_swallow_the_video(there: Setup) -> None:
    body = {"title": "F", "members": [ADA], "type": "supergroup", "is_forum": True}
    chat_id = (await there.telegram.post("/groups", body))["chat_id"]
    topic = await there.telegram.post(f"/chats/{chat_id}/topics", {"name": "Videos", "from": ADA})
    thread_id = topic["message_thread_id"]
    job = await there.rendered()
    await destination(there, job.id, chat_id, thread_id)
    await there.telegram.post(f"/chats/{chat_id}/topics/{thread_id}/close", {"from": ADA})
    assert (await there.deliver(job)).state == "done"
    assert len(await there.videos(chat_id)) == 1


async def test_a_group_that_became_a_supergroup_gets_its_video_there(there: Setup) -> None:
    chat_id = (await there.telegram.post("/groups", {"title": "F", "members": [ADA]}))["chat_id"]
    job = await there.rendered()
    await destination(there, job.id, chat_id)
    new_chat_id = (await there.telegram.post(f"/chats/{chat_id}/migrate"))["chat_id"]

    moved = await there.deliver(job)
    assert (moved.state, moved.chat_id) == ("delivering", new_chat_id)
    assert moved.status_message_id is None, "message ids of the old chat mean others in the new"
    assert (await there.deliver(moved)).state == "done"
    (video,) = await there.telegram.seen(new_chat_id)
    assert "reply_to_message" not in video


async def test_a_send_of_unknown_fate_before_the_move_is_not_forgotten(there: Setup) -> None:
    chat_id = (await there.telegram.post("/groups", {"title": "F", "members": [ADA]}))["chat_id"]
    job = await there.rendered()
    await destination(there, job.id, chat_id)
    await there.sending(await there.job(job.id))
    new_chat_id = (await there.telegram.post(f"/chats/{chat_id}/migrate"))["chat_id"]
    job = await there.deliver(await there.deliver(job))
    assert job.state == "done"
    assert len(await there.videos(new_chat_id)) == 1


async def destination(there: Setup, job_id: int, chat_id: int, thread_id: int = 0) -> None:
    """Have the job be one of that group."""
    values = {"id": job_id, "chat": chat_id, "thread": thread_id}
    async with there.database.transaction() as tx:
        await tx.execute(
            "UPDATE jobs SET chat_id = :chat, thread_id = :thread, status_message_id = 2"
            " WHERE id = :id",
            **values,
        )
        await tx.execute(
            "UPDATE media SET chat_id = :chat, thread_id = :thread WHERE id IN"
            " (SELECT voice_id FROM jobs WHERE id = :id)",
            **values,
        )


@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
async def test_a_kept_file_that_is_damaged_is_fetched_again_once(there: Setup, damage: str) -> None:
    job = await there.rendered()
    path = there.common.limits.video_of(job.id)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(there.video[:1000] if damage == "cut" else b"")
    job = await there.deliver(job)
    task = await task_of(there.database, job)
    assert (job.state, task.state) == ("making", "fetching")

    async with there.database.transaction() as tx:
        assert await task_moves.fetched(tx, task)
    job = await there.deliver(job)
    assert (job.state, job.failure) == ("failed", "failed-lost")


@pytest.mark.parametrize("kind", ["drop_before", "status", "html", "empty"])
async def test_whatever_happens_to_every_call_the_video_comes_when_it_is_over(
    there: Setup, kind: str
) -> None:
    job = await there.rendered()
    there.telegram.fault("*", kind, times=None, code=502)
    for _ in range(3):
        job = await there.deliver(job)
        assert job.state == "delivering"
    there.telegram.faults.clear()
    job = await there.deliver(job)
    assert job.state == "done"
    assert len(await there.videos()) == 1
