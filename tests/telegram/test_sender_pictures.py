"""Round notes and pictures, against the local Telegram over real sockets."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from bot.telegram.destination import Destination
from bot.telegram.errors import FileGone, MessageGone, NotAllowed, SendUnknown
from bot.telegram.keyboards import keyboard_of
from bot.telegram.outgoing import OutgoingVideo
from bot.telegram.sender import Sender
from storage.jobs.deliveries import Form
from tests.support.local_telegram import PRIVATE, LocalTelegram
from tests.support.media.videos import result

KEYBOARD = keyboard_of([("1", "resend:7")])


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> OutgoingVideo:
    path = tmp_path_factory.mktemp("note") / "note.mp4"
    result(path, flat=True)
    return OutgoingVideo(path, 96, 96, 1, form=Form.ROUND, thumbnail=jpeg("red"))


def jpeg(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (96, 96), colour).save(buffer, "JPEG")
    return buffer.getvalue()


async def test_a_note_arrives_round_and_is_had_again_by_its_id(
    telegram: LocalTelegram, sender: Sender, note: OutgoingVideo
) -> None:
    question = await telegram.show()
    sent = await sender.send_video(Destination(PRIVATE, reply_to=question["message_id"]), note)
    (seen,) = await telegram.seen()
    assert (sent.is_note, sent.video_file_id) == (True, seen["video_note"]["file_id"])
    assert sent.thumbnail_id == seen["video_note"]["thumbnail"]["file_id"]
    assert seen["video_note"]["length"] == 96
    assert seen["reply_to_message"]["message_id"] == question["message_id"]
    assert sent.video_file_id is not None
    await sender.send_video(
        Destination(PRIVATE), OutgoingVideo(sent.video_file_id, form=Form.ROUND)
    )
    assert (await telegram.calls("sendVideoNote"))[1]["files"] == {}


async def test_what_telegram_does_not_take_as_round_is_known_to_be_a_video(
    sender: Sender, tmp_path: Path
) -> None:
    path = tmp_path / "upright.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 80, "yuv420p"
        grey = np.full((80, 64, 3), 99, np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode())
    assert not (
        await sender.send_video(
            Destination(PRIVATE), OutgoingVideo(path, 64, 64, 1, form=Form.ROUND)
        )
    ).is_note


@pytest.mark.parametrize(
    ("description", "failure"),
    [
        ("Bad Request: VOICE_MESSAGES_FORBIDDEN", NotAllowed),
        ("Bad Request: not enough rights to send video notes to the chat", NotAllowed),
        ("Bad Request: wrong file identifier/HTTP URL specified", FileGone),
    ],
)
async def test_each_refusal_of_a_note_has_its_type(
    telegram: LocalTelegram,
    sender: Sender,
    note: OutgoingVideo,
    description: str,
    failure: type[Exception],
) -> None:
    telegram.fault("sendVideoNote", "bad_request", description=description)
    with pytest.raises(failure):
        await sender.send_video(Destination(PRIVATE), note)


async def test_a_note_of_unknown_fate_is_not_sent_twice(
    telegram: LocalTelegram, sender: Sender, note: OutgoingVideo
) -> None:
    telegram.fault("sendVideoNote", "drop_after")
    with pytest.raises(SendUnknown):
        await sender.send_video(Destination(PRIVATE), note)
    assert len(await telegram.seen()) == 1


async def test_a_picture_is_replaced_with_its_caption_and_buttons(
    telegram: LocalTelegram, sender: Sender
) -> None:
    sent = await sender.send_photo(
        Destination(PRIVATE), jpeg("red"), caption="<b>One</b>", keyboard=KEYBOARD
    )
    (before,) = await telegram.seen()
    await sender.edit_photo(PRIVATE, sent.message_id, jpeg("blue"), caption="Two")
    (after,) = await telegram.seen()
    assert (before["caption"], after["caption"]) == ("One", "Two")
    assert before["photo"][-1]["file_unique_id"] != after["photo"][-1]["file_unique_id"]
    assert "reply_markup" in before
    assert "reply_markup" not in after
    await sender.edit_photo(PRIVATE, sent.message_id, jpeg("blue"), caption="Two")
    await telegram.sim("DELETE", f"/chats/{PRIVATE}/messages/{sent.message_id}")
    with pytest.raises(MessageGone):
        await sender.edit_photo(PRIVATE, sent.message_id, jpeg("red"))
