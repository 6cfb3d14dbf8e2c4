"""Photos, videos and recordings, from both sides."""

from __future__ import annotations

import io
import json
from typing import Any

import av
import pytest
from PIL import Image

from bot.sandbox.telegram.world import MediaLimits
from tests.support.credentials import TOKEN
from tests.support.local_telegram import LocalTelegram, local_telegram
from tests.support.media.photos import gradient
from tests.support.media.videos import video
from tests.support.media.voices import recording

Json = dict[str, Any]


async def _send_file(telegram: LocalTelegram, kind: str, data: bytes, **fields: str) -> Json:
    answer = await telegram.http.post(
        f"/sim/chats/{telegram.chat_id}/messages",
        data={"kind": kind, **fields},
        files={"file": (fields.get("file_name", "file"), data, "application/octet-stream")},
    )
    assert answer.status_code == 201, answer.text
    message: Json = answer.json()["message"]
    return message


async def _content(telegram: LocalTelegram, file_id: str) -> bytes:
    file = await telegram.call("getFile", file_id=file_id)
    answer = await telegram.http.get(f"/file/bot{TOKEN}/{file['file_path']}")
    assert answer.status_code == 200
    return answer.content


async def test_a_photo_is_kept_in_sizes_without_its_exif(telegram: LocalTelegram) -> None:
    message = await _send_file(telegram, "photo", gradient(3000, 2000, orientation=6))
    sizes = [(size["width"], size["height"]) for size in message["photo"]]
    assert sizes == [(60, 90), (213, 320), (533, 800), (853, 1280)]
    content = await _content(telegram, message["photo"][-1]["file_id"])
    with Image.open(io.BytesIO(content)) as kept:
        assert (kept.format, kept.size, len(kept.getexif())) == ("JPEG", (853, 1280), 0)


async def test_a_small_photo_is_not_enlarged(telegram: LocalTelegram) -> None:
    message = await _send_file(telegram, "photo", gradient(300, 200, "PNG"))
    assert [size["width"] for size in message["photo"]] == [90, 300]


async def test_what_is_no_picture_is_no_photo(telegram: LocalTelegram) -> None:
    answer = await telegram.ask(
        "sendPhoto", files={"photo": ("x.jpg", b"not a picture")}, chat_id=str(telegram.chat_id)
    )
    assert answer["description"] == "Bad Request: IMAGE_PROCESS_FAILED"
    answer = await telegram.ask(
        "sendPhoto",
        files={"photo": ("x.png", gradient(2100, 100, "PNG"))},
        chat_id=str(telegram.chat_id),
    )
    assert answer["description"] == "Bad Request: PHOTO_INVALID_DIMENSIONS"


@pytest.mark.parametrize(
    ("form", "codec"),
    [("webm", "libopus"), ("mp4", "aac"), ("wav", "pcm_s16le"), ("mp3", "libmp3lame")],
)
async def test_any_recording_becomes_a_voice_note(
    telegram: LocalTelegram, form: str, codec: str
) -> None:
    message = await _send_file(telegram, "voice", recording(form, codec, 2.0))
    assert message["voice"]["duration"] == 2
    assert message["voice"]["mime_type"] == "audio/ogg"
    content = await _content(telegram, message["voice"]["file_id"])
    with av.open(io.BytesIO(content), "r") as note:
        stream = note.streams.audio[0]
        assert (note.format.name, stream.codec_context.name) == ("ogg", "opus")
        assert (stream.rate, stream.layout.nb_channels) == (48_000, 1)
        samples = sum(frame.samples for frame in note.decode(stream))
    assert samples / 48_000 == pytest.approx(2.0, abs=0.1)


async def test_a_voice_note_stays_as_it_was_recorded(telegram: LocalTelegram) -> None:
    note = recording("ogg", "libopus")
    message = await _send_file(telegram, "voice", note)
    assert await _content(telegram, message["voice"]["file_id"]) == note


async def test_a_raw_voice_note_may_be_anything_and_claim_anything(telegram: LocalTelegram) -> None:
    message = await _send_file(telegram, "voice", b"#EXTM3U", raw="1", duration="86400")
    assert message["voice"]["duration"] == 86400
    assert await _content(telegram, message["voice"]["file_id"]) == b"#EXTM3U"


async def test_what_has_no_sound_is_no_voice_note(telegram: LocalTelegram) -> None:
    for data in (b"nothing", video()):
        answer = await telegram.http.post(
            f"/sim/chats/{telegram.chat_id}/messages",
            data={"kind": "voice"},
            files={"file": ("x", data)},
        )
        assert answer.status_code == 400
        assert "voice message" in answer.json()["error"]


async def test_a_document_keeps_its_bytes_and_name(telegram: LocalTelegram) -> None:
    data = gradient(500, 400, "PNG", orientation=6)
    message = await _send_file(telegram, "document", data, file_name="face.png")
    document = message["document"]
    assert (document["file_name"], document["mime_type"]) == ("face.png", "image/png")
    assert document["file_size"] == len(data)
    assert await _content(telegram, document["file_id"]) == data


async def test_the_unique_id_of_a_file_is_that_of_its_content(telegram: LocalTelegram) -> None:
    data = recording("webm", "libopus")
    first = (await _send_file(telegram, "voice", data))["voice"]
    second = (await _send_file(telegram, "voice", data))["voice"]
    other = (await _send_file(telegram, "voice", recording("wav", "pcm_s16le", 1.5)))["voice"]
    assert first["file_unique_id"] == second["file_unique_id"] != other["file_unique_id"]
    assert first["file_id"] != second["file_id"]


async def test_a_video_arrives_with_what_was_said_about_it(telegram: LocalTelegram) -> None:
    answer = await telegram.ask(
        "sendVideo",
        files={
            "video": ("out.mp4", video(), "video/mp4"),
            "thumbnail": ("t.jpg", gradient(), "image/jpeg"),
            "cover": ("c.jpg", gradient(400, 300), "image/jpeg"),
        },
        chat_id=str(telegram.chat_id),
        caption="A video",
        duration="7",
        width="640",
        height="480",
        cover="attach://cover",
        supports_streaming="true",
    )
    shown = answer["result"]["video"]
    assert (shown["duration"], shown["width"], shown["height"]) == (7, 640, 480)
    assert (shown["mime_type"], shown["file_name"]) == ("video/mp4", "out.mp4")
    assert shown["thumbnail"]["width"] == 320
    assert [size["width"] for size in shown["cover"]] == [90, 320, 400]


async def test_a_video_without_claims_is_measured(telegram: LocalTelegram) -> None:
    files = {"video": ("out.mp4", video(64, 48, 20), "video/mp4")}
    answer = await telegram.ask("sendVideo", files=files, chat_id=str(telegram.chat_id))
    shown = answer["result"]["video"]
    assert (shown["duration"], shown["width"], shown["height"]) == (2, 64, 48)


async def test_only_a_square_video_is_round(telegram: LocalTelegram) -> None:
    for clip, kind in ((video(64, 64), "video_note"), (video(64, 48), "video")):
        files = {"video_note": ("n.mp4", clip, "video/mp4")}
        answer = await telegram.ask("sendVideoNote", files=files, chat_id=str(telegram.chat_id))
        assert kind in answer["result"]


async def test_a_file_is_sent_again_by_its_id(telegram: LocalTelegram) -> None:
    photo = (await _send_file(telegram, "photo", gradient()))["photo"]
    again = await telegram.call(
        "sendPhoto", chat_id=telegram.chat_id, photo=photo[0]["file_id"], caption="again"
    )
    assert again["photo"] == photo
    said = await telegram.refusal("sendVideo", chat_id=telegram.chat_id, video=photo[0]["file_id"])
    assert said == "Bad Request: can't use file of type Photo as Video"


@pytest.mark.parametrize(
    ("video_value", "reason"),
    [
        ("", "there is no video in the request"),
        ("AAAA", "wrong file identifier/HTTP URL specified"),
        ("https://a.example/v.mp4", "failed to get HTTP URL content"),
    ],
)
async def test_a_file_that_cannot_be_had_is_refused(
    telegram: LocalTelegram, video_value: str, reason: str
) -> None:
    said = await telegram.refusal("sendVideo", chat_id=telegram.chat_id, video=video_value)
    assert said == f"Bad Request: {reason}"


async def test_a_caption_of_1024_emoji_fits_and_one_more_does_not(telegram: LocalTelegram) -> None:
    photo = (await _send_file(telegram, "photo", gradient(), caption="👍" * 1024))["photo"]
    fields = {"chat_id": telegram.chat_id, "photo": photo[0]["file_id"]}
    await telegram.call("sendPhoto", **fields, caption=f"<b>{'👍' * 1024}</b>", parse_mode="HTML")
    said = await telegram.refusal("sendPhoto", **fields, caption="👍" * 1025)
    assert said == "Bad Request: message caption is too long"


async def test_an_album_is_one_group_of_messages(telegram: LocalTelegram) -> None:
    media = [
        {"type": "photo", "media": "attach://one", "caption": "first"},
        {"type": "video", "media": "attach://two"},
    ]
    answer = await telegram.ask(
        "sendMediaGroup",
        files={"one": ("1.jpg", gradient()), "two": ("2.mp4", video(), "video/mp4")},
        chat_id=str(telegram.chat_id),
        media=json.dumps(media),
    )
    one, two = answer["result"]
    assert one["media_group_id"] == two["media_group_id"]
    assert (one["caption"], "video" in two) == ("first", True)
    said = await telegram.refusal(
        "sendMediaGroup", chat_id=telegram.chat_id, media=[{"type": "photo", "media": "x"}]
    )
    assert said == "Bad Request: message must include 2-10 media"


async def test_a_file_over_the_limits_is_neither_given_nor_taken() -> None:
    limits = MediaLimits(upload_bytes=50_000, download_bytes=10_000)
    async with local_telegram(limits=limits) as telegram:
        big = await _send_file(telegram, "document", b"x" * 10_001)
        said = await telegram.refusal("getFile", file_id=big["document"]["file_id"])
        assert said == "Bad Request: file is too big"
        answer = await telegram.ask(
            "sendDocument", files={"document": ("x", b"x" * 50_001)}, chat_id=str(telegram.chat_id)
        )
        assert (answer["error_code"], answer["description"]) == (413, "Request Entity Too Large")
        answer = await telegram.ask(
            "sendDocument",
            files={"document": ("x", b"x" * 2_000_000)},
            chat_id=str(telegram.chat_id),
        )
        assert answer["error_code"] == 413


async def test_a_file_that_is_unknown_has_no_path(telegram: LocalTelegram) -> None:
    said = await telegram.refusal("getFile", file_id="AgAC")
    assert said == "Bad Request: wrong file_id or the file is temporarily unavailable"
    assert (await telegram.http.get(f"/file/bot{TOKEN}/photos/file_99.jpg")).status_code == 404


async def test_a_download_works_with_the_tokens_colon_escaped(telegram: LocalTelegram) -> None:
    photo = (await _send_file(telegram, "photo", gradient()))["photo"][0]
    path = (await telegram.call("getFile", file_id=photo["file_id"]))["file_path"]
    answer = await telegram.http.get(f"/file/bot{TOKEN.replace(':', '%3A')}/{path}")
    assert len(answer.content) == photo["file_size"]


async def test_the_page_plays_a_part_of_a_file(telegram: LocalTelegram) -> None:
    voice = (await telegram.write(kind="voice", sample="voice"))["message"]["voice"]
    path = f"/sim/files/{voice['file_id']}"
    part = await telegram.http.get(path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"OggS")
    assert part.headers["content-type"] == "audio/ogg"
    assert part.headers["content-range"] == f"bytes 0-3/{voice['file_size']}"


async def test_samples_can_be_sent_and_unknown_ones_not(telegram: LocalTelegram) -> None:
    assert "photo" in (await telegram.write(kind="photo", sample="portrait"))["message"]
    path = f"/chats/{telegram.chat_id}/messages"
    for sample in ("nobody", "../journal.py", ""):
        answer = await telegram.sim("POST", path, {"kind": "photo", "sample": sample})
        assert answer.status_code in (400, 404)
