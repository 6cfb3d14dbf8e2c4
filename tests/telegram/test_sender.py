"""Sending, against the local Telegram over real sockets."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import av
import numpy as np
import pytest
from PIL import Image

from bot.telegram.api_calls import waiting_at_most
from bot.telegram.destination import Destination
from bot.telegram.errors import (
    ChatDead,
    ChatMoved,
    FileGone,
    FileTooBig,
    MessageGone,
    NotAllowed,
    NotSent,
    RequestInvalid,
    SendUnknown,
    TokenRejected,
    TryAgain,
)
from bot.telegram.keyboards import keyboard_of
from bot.telegram.outgoing import OutgoingVideo
from bot.telegram.sender import Sender
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.deadlines import eventually, in_time
from tests.support.local_telegram import PRIVATE, LocalTelegram, local_telegram
from tests.telegram.conftest import sender_of


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> OutgoingVideo:
    """One second of grey, 64 x 80, with a JPEG as cover and thumbnail."""
    path = tmp_path_factory.mktemp("video") / "video.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 80, "yuv420p"
        for level in range(10):
            frame = np.full((80, 64, 3), level * 20, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    jpeg = io.BytesIO()
    Image.new("RGB", (64, 80), "grey").save(jpeg, "JPEG")
    return OutgoingVideo(path, 64, 80, 1, thumbnail=jpeg.getvalue(), cover=jpeg.getvalue())


async def test_a_text_arrives_with_markup_buttons_and_as_a_reply(
    telegram: LocalTelegram, sender: Sender
) -> None:
    question = await telegram.show()
    sent = await sender.send_text(
        Destination(PRIVATE, reply_to=question["message_id"]),
        "<b>Fine</b> &amp; well",
        keyboard=keyboard_of([("Cancel", "cancel:7")]),
    )
    (seen,) = await telegram.seen()
    assert seen["message_id"] == sent.message_id
    assert seen["text"] == "Fine & well"
    assert seen["entities"][0]["type"] == "bold"
    assert seen["reply_to_message"]["message_id"] == question["message_id"]
    assert seen["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "cancel:7"


async def test_a_video_arrives_with_all_that_players_want_to_know(
    telegram: LocalTelegram, sender: Sender, video: OutgoingVideo
) -> None:
    sent = await sender.send_video(Destination(PRIVATE), replace(video, caption="<i>yours</i>"))
    (seen,) = await telegram.seen()
    (call,) = await telegram.calls("sendVideo")
    assert seen["caption"] == "yours"
    assert (seen["video"]["width"], seen["video"]["height"], seen["video"]["duration"]) == (
        64,
        80,
        1,
    )
    assert seen["video"]["file_id"] == sent.video_file_id
    assert call["params"]["supports_streaming"] in (True, "true")
    assert {"width", "height", "duration", "thumbnail", "cover"} <= set(call["params"])


async def test_a_video_sent_before_is_sent_again_by_its_file_id(
    telegram: LocalTelegram, sender: Sender, video: OutgoingVideo
) -> None:
    first = await sender.send_video(Destination(PRIVATE), video)
    assert first.video_file_id is not None
    await sender.send_video(Destination(PRIVATE), OutgoingVideo(first.video_file_id, 64, 80, 1))
    _, second = await telegram.calls("sendVideo")
    assert len(await telegram.seen()) == 2
    assert not second["files"]


async def test_a_file_over_the_limit_is_not_even_tried(
    telegram: LocalTelegram, sender: Sender, tmp_path: Path
) -> None:
    path = tmp_path / "huge.mp4"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(FileTooBig):
        await sender.send_video(Destination(PRIVATE), OutgoingVideo(path, 64, 80, 1))
    assert await telegram.calls("sendVideo") == []


async def test_an_unknown_file_id_is_a_file_gone(sender: Sender) -> None:
    with pytest.raises(FileGone):
        await sender.send_video(Destination(PRIVATE), OutgoingVideo("BAAC-unknown", 64, 80, 1))


@pytest.mark.parametrize("kind", ["drop_after", "error_after"])
async def test_a_lost_answer_leaves_one_video_and_an_unknown_outcome(
    telegram: LocalTelegram, sender: Sender, video: OutgoingVideo, kind: str
) -> None:
    telegram.fault("sendVideo", kind)
    with pytest.raises(SendUnknown):
        await sender.send_video(Destination(PRIVATE), video)
    assert len(await telegram.seen()) == 1
    assert len(await telegram.calls("sendVideo")) == 1


async def test_a_timeout_after_the_request_left_is_not_repeated(
    telegram: LocalTelegram, video: OutgoingVideo
) -> None:
    telegram.fault("sendVideo", "delay", seconds=2.0)
    async with sender_of(telegram.url, read_seconds=0.3) as hasty:
        with pytest.raises(SendUnknown):
            await hasty.send_video(Destination(PRIVATE), video)
    await eventually(telegram.seen, "the video")
    assert len(await telegram.seen()) == 1
    assert len(await telegram.calls("sendVideo")) == 1


@pytest.mark.parametrize("kind", ["malformed", "empty", "html"])
async def test_an_answer_that_is_none_leaves_the_outcome_unknown(
    telegram: LocalTelegram, sender: Sender, kind: str
) -> None:
    telegram.fault("sendMessage", kind)
    with pytest.raises(SendUnknown) as failure:
        await sender.send_text(Destination(PRIVATE), "hello")
    assert "<html>" not in str(failure.value)


async def test_a_result_that_is_not_a_message_leaves_the_outcome_unknown(
    telegram: LocalTelegram, sender: Sender
) -> None:
    telegram.fault("sendMessage", "status", code=200, body={"ok": True})
    with pytest.raises(SendUnknown):
        await sender.send_text(Destination(PRIVATE), "hello")


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "error_after", "malformed"])
async def test_an_edit_whose_answer_was_lost_is_made_again(
    telegram: LocalTelegram, sender: Sender, kind: str
) -> None:
    sent = await sender.send_text(Destination(PRIVATE), "before")
    telegram.fault("editMessageText", kind)
    await sender.edit_text(PRIVATE, sent.message_id, "after")
    (seen,) = await telegram.seen()
    assert (seen["text"], seen["edits"]) == ("after", 1)


async def test_an_edit_that_never_gets_an_answer_may_be_tried_later(
    telegram: LocalTelegram, sender: Sender
) -> None:
    sent = await sender.send_text(Destination(PRIVATE), "before")
    telegram.fault("editMessageText", "status", times=None, code=502)
    with pytest.raises(TryAgain):
        await sender.edit_text(PRIVATE, sent.message_id, "after")


async def test_the_status_becomes_the_video_without_a_new_message(
    telegram: LocalTelegram, sender: Sender, video: OutgoingVideo
) -> None:
    status = await sender.send_text(
        Destination(PRIVATE), "working", keyboard=keyboard_of([("Stop", "s")])
    )
    telegram.fault("editMessageMedia", "drop_after")
    await sender.edit_into_video(PRIVATE, status.message_id, replace(video, caption="done"))
    (seen,) = await telegram.seen()
    assert seen["message_id"] == status.message_id
    assert (seen["caption"], seen["video"]["width"]) == ("done", 64)
    assert "text" not in seen
    assert "reply_markup" not in seen
    first, *_ = await telegram.calls("editMessageMedia")
    assert len(first["files"]) == 3  # video, thumbnail, cover


async def test_without_a_connection_the_call_is_made_again(free_port: int) -> None:
    clock = FakeClock(jumps=False)
    async with sender_of(f"http://127.0.0.1:{free_port}", clock) as sender:
        sending = asyncio.create_task(sender.send_text(Destination(PRIVATE), "hello"))
        await eventually(lambda: clock.due, "a pause after the first try")

        def sent() -> bool:
            clock.advance(1)
            return sending.done()

        async with local_telegram(port=free_port) as telegram:
            await eventually(sent, "the call is made again")
            assert [m["text"] for m in await telegram.seen()] == ["hello"]


async def test_a_server_that_stays_away_gives_not_sent(free_port: int) -> None:
    clock = FakeClock()
    async with sender_of(f"http://127.0.0.1:{free_port}", clock) as sender:
        with pytest.raises(NotSent):
            await sender.send_text(Destination(PRIVATE), "hello")
    assert len(clock.slept) >= 3


async def test_a_rejected_token_is_named_without_showing_it(
    telegram: LocalTelegram, sender: Sender
) -> None:
    telegram.fault("sendMessage", "status", code=401)
    with pytest.raises(TokenRejected) as failure:
        await sender.send_text(Destination(PRIVATE), "hello")
    assert SECRET_TOKEN.get_secret_value() not in repr(failure.value)


async def test_what_a_server_cannot_do_is_refused_and_no_fault_of_the_token(
    telegram: LocalTelegram, sender: Sender
) -> None:
    telegram.fault("sendMessage", "status", code=404)
    with pytest.raises(RequestInvalid, match=r"^sendMessage is not known there"):
        await sender.send_text(Destination(PRIVATE), "hello")


async def test_one_chats_flood_is_waited_out_while_others_go_on(telegram: LocalTelegram) -> None:
    await telegram.post("/people", {"first_name": "Bob", "user_id": 7_002})
    telegram.fault("sendMessage", "rate_limit", retry_after=30)
    clock = FakeClock(jumps=False)
    async with sender_of(telegram.url, clock) as sender:
        flooded = asyncio.create_task(sender.send_text(Destination(PRIVATE), "late"))
        await eventually(lambda: len(clock.due) == 1)
        await sender.send_text(Destination(7_002), "at once")
        assert not flooded.done()
        assert await telegram.seen() == []
        clock.advance(29)
        assert not flooded.done()
        clock.advance(1.1)
        await in_time(flooded)
    assert [m["text"] for m in await telegram.seen()] == ["late"]


async def test_endless_floods_end_as_not_sent(telegram: LocalTelegram, sender: Sender) -> None:
    telegram.fault("sendMessage", "rate_limit", times=None, retry_after=5)
    with pytest.raises(NotSent):
        await sender.send_text(Destination(PRIVATE), "hello")
    assert await telegram.seen() == []


async def test_whoever_has_others_to_serve_is_not_kept_waiting_by_one_chat(
    telegram: LocalTelegram,
) -> None:
    clock = FakeClock(jumps=False)
    async with sender_of(telegram.url, clock) as sender:
        telegram.fault("sendMessage", "rate_limit", retry_after=30)
        with waiting_at_most(5), pytest.raises(NotSent):
            await in_time(sender.send_text(Destination(PRIVATE), "now or not"))
        assert sender.wait_seconds(PRIVATE) == pytest.approx(30)
        with waiting_at_most(5), pytest.raises(NotSent):
            await in_time(sender.send_text(Destination(PRIVATE), "still not"))
        clock.advance(31)
        assert sender.wait_seconds(PRIVATE) == 0
        with waiting_at_most(5):
            await in_time(sender.send_text(Destination(PRIVATE), "now"))


async def test_a_chat_that_blocked_the_bot_is_dead(telegram: LocalTelegram, sender: Sender) -> None:
    await telegram.post(f"/chats/{PRIVATE}/block")
    with pytest.raises(ChatDead):
        await sender.send_text(Destination(PRIVATE), "hello")


async def test_a_chat_nobody_knows_is_dead(sender: Sender) -> None:
    with pytest.raises(ChatDead):
        await sender.send_text(Destination(999_999), "hello")


async def test_a_group_that_grew_says_where_it_went(
    telegram: LocalTelegram, sender: Sender
) -> None:
    group = await telegram.post("/groups", {"title": "Us", "members": [PRIVATE]})
    grown = await telegram.post(f"/chats/{group['chat_id']}/migrate")
    with pytest.raises(ChatMoved) as moved:
        await sender.send_text(Destination(group["chat_id"]), "hello")
    assert moved.value.new_chat_id == grown["chat_id"]


async def test_missing_rights_are_told_apart_from_a_dead_chat(
    telegram: LocalTelegram, sender: Sender
) -> None:
    telegram.fault("sendMessage", "bad_request", description="not enough rights to send text")
    with pytest.raises(NotAllowed):
        await sender.send_text(Destination(PRIVATE), "hello")


async def test_the_same_text_again_is_no_failure(telegram: LocalTelegram, sender: Sender) -> None:
    sent = await sender.send_text(Destination(PRIVATE), "same")
    await sender.edit_text(PRIVATE, sent.message_id, "same")
    assert [call["ok"] for call in await telegram.calls("editMessageText")] == [False]


async def test_a_deleted_message_is_gone_for_edits_and_fine_for_deletion(
    telegram: LocalTelegram, sender: Sender
) -> None:
    sent = await sender.send_text(Destination(PRIVATE), "short-lived")
    await telegram.sim("DELETE", f"/chats/{PRIVATE}/messages/{sent.message_id}")
    with pytest.raises(MessageGone):
        await sender.edit_text(PRIVATE, sent.message_id, "more")
    await sender.delete_message(PRIVATE, sent.message_id)
    assert [call["ok"] for call in await telegram.calls("deleteMessage")] == [False]


async def test_a_deleted_reply_target_does_not_stop_the_answer(
    telegram: LocalTelegram, sender: Sender
) -> None:
    question = await telegram.show()
    await telegram.sim("DELETE", f"/chats/{PRIVATE}/messages/{question['message_id']}")
    await sender.send_text(Destination(PRIVATE, reply_to=question["message_id"]), "anyway")
    (seen,) = await telegram.seen()
    assert "reply_to_message" not in seen


async def test_a_closed_topic_sends_the_answer_to_the_chat_itself(
    telegram: LocalTelegram, sender: Sender
) -> None:
    group = await telegram.post(
        "/groups", {"title": "Us", "members": [PRIVATE], "type": "supergroup", "is_forum": True}
    )
    topic = await telegram.post(
        f"/chats/{group['chat_id']}/topics", {"name": "films", "from": PRIVATE}
    )
    thread_id = topic["message_thread_id"]
    inside = await sender.send_text(Destination(group["chat_id"], thread_id), "inside")
    telegram.fault("sendMessage", "bad_request", description="TOPIC_CLOSED")
    outside = await sender.send_text(Destination(group["chat_id"], thread_id), "outside")
    assert (inside.thread_id, outside.thread_id) == (thread_id, None)
    assert [m["text"] for m in await telegram.seen(group["chat_id"])] == ["inside", "outside"]


async def test_a_press_too_old_to_be_answered_is_no_failure(
    telegram: LocalTelegram, sender: Sender
) -> None:
    await sender.answer_callback("12345", "too late")
    assert [call["ok"] for call in await telegram.calls("answerCallbackQuery")] == [False]


async def test_a_press_is_answered(telegram: LocalTelegram, sender: Sender) -> None:
    sent = await sender.send_text(Destination(PRIVATE), "?", keyboard=keyboard_of([("Yes", "yes")]))
    pressed = await telegram.post(
        f"/chats/{PRIVATE}/messages/{sent.message_id}/press", {"callback_data": "yes"}
    )
    await sender.answer_callback(pressed["callback_query_id"], "noted", alert=True)
    (call,) = await telegram.calls("answerCallbackQuery")
    assert call["ok"]
    assert call["params"]["text"] == "noted"


async def test_a_link_leads_to_the_private_chat_and_sends_nothing_back(sender: Sender) -> None:
    with patch.object(Sender, "start_link", lambda _, payload: f"https://t.me/bot?start={payload}"):
        ((button,),) = sender.start_button("More", "help").inline_keyboard
    assert (button.url, button.callback_data) == ("https://t.me/bot?start=help", None)
