"""The forms in which people send a face and a voice."""

from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest

from tests.support.media.photos import encoded, fresh_portrait, photo
from tests.support.media.videos import video_with_sound
from tests.support.media.voices import as_file, speech, voice
from tests.support.texts import LONGEST_SECONDS, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

READY = said("photo-ready", longest=LONGEST_SECONDS)


async def photo_file_is_taken(shared: World, data: bytes, name: str, **fields: str) -> None:
    person = await shared.person()
    sent = await person.send_file("document", data, name, **fields)
    await person.sees(READY, reply_to=sent)


async def test_a_picture_may_come_as_a_file_of_any_common_kind(shared: World) -> None:
    kinds = {"JPEG": "a.jpg", "PNG": "a.png", "WEBP": "a.webp", "BMP": "a.bmp", "GIF": "a.gif"}
    await asyncio.gather(
        *(photo_file_is_taken(shared, photo(kind), name) for kind, name in kinds.items())
    )


async def test_a_picture_whose_type_is_not_told_is_known_by_its_name(shared: World) -> None:
    await photo_file_is_taken(shared, photo("PNG"), "A.PNG", mime_type="application/x-unknown")


@pytest.mark.parametrize(
    ("name", "called", "mime_type"),
    [
        ("pixel_50mp.jpg", "PXL_1.MP.jpg", "image/jpeg"),
        ("pixel_50mp.jpg", "document", "image/heic"),
        ("no_end_marker.jpg", "a.JFIF", "application/octet-stream"),
        ("xmp_history.png", "face.jpg", "image/jpeg"),
    ],
)
async def test_what_phones_and_programs_make_of_a_picture_is_taken(
    shared: World, name: str, called: str, mime_type: str
) -> None:
    """By what it is: not by its name, nor by the type that came with it."""
    ada = await shared.person()
    picture = (Path(__file__).parents[2] / "cases" / name).read_bytes()
    sent = await ada.send_file("document", picture, called, mime_type=mime_type, raw=1)
    await ada.sees_key("photo-ready*", reply_to=sent)


async def test_a_picture_of_a_format_that_is_not_read_is_told_which_are(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.send_file("document", encoded(fresh_portrait(), "TIFF"), "scan.tiff", raw=1)
    await ada.sees("JPEG, PNG, WebP or BMP", reply_to=sent)


async def test_an_iphone_picture_may_come_as_a_file(shared: World) -> None:
    target = BytesIO()
    pillow_heif.from_pillow(fresh_portrait()).save(target, quality=90)
    await photo_file_is_taken(shared, target.getvalue(), "IMG_0001.HEIC")


async def sound_is_taken(
    shared: World, kind: str, data: bytes, name: str, mime_type: str = ""
) -> None:
    person = await shared.person()
    fields = {"mime_type": mime_type} if mime_type else {}
    sent = await person.send_file(kind, data, name, **fields)
    await person.sees(said("voice-ready", seconds=0.9), reply_to=sent)


async def test_a_sound_may_come_as_a_music_file_or_as_a_document(shared: World) -> None:
    voice_1s = speech(1)
    await asyncio.gather(
        sound_is_taken(shared, "audio", as_file(voice_1s, "mp3", "libmp3lame"), "a.mp3"),
        sound_is_taken(shared, "audio", as_file(voice_1s, "ipod", "aac"), "a.m4a"),
        sound_is_taken(shared, "document", as_file(voice_1s, "wav", "pcm_s16le"), "a.wav"),
        sound_is_taken(shared, "document", voice(), "a.ogg"),
    )


CASES = Path(__file__).parents[2] / "cases"
FROM_DEVICES = [
    *(("document", "imessage.caf", type_) for type_ in ("audio/x-caf", "application/octet-stream")),
    ("document", "recorder.3gp", "video/3gpp"),
    ("document", "browser.webm", "video/webm"),
    ("document", "selfie.mp4", "video/mp4"),
    ("document", "selfie.mp4", "video/quicktime"),
    ("video", "selfie.mp4", "video/mp4"),
    ("audio", "rate_changes.mp3", "audio/mpeg"),
    ("document", "rf64.wav", "application/x-wav"),
    ("voice", "crop_keeps_granule_2h.ogg", ""),
]


@pytest.mark.parametrize(("kind", "name", "mime_type"), FROM_DEVICES)
async def test_what_devices_make_is_taken_in_each_kind_of_message(
    shared: World, kind: str, name: str, mime_type: str
) -> None:
    ada = await shared.person()
    fields = {"raw": 1, **({"mime_type": mime_type} if mime_type else {})}
    sent = await ada.send_file(kind, (CASES / name).read_bytes(), name, **fields)
    await ada.sees_key("voice-ready*", reply_to=sent)


STRANGE = {
    "recording": "application/octet-stream",
    "MOVIE.MOV": "application/octet-stream",
    "voice.dat": "application/x-unknown",
    "a.b.WMA": "application/vnd.rn-realmedia",
}


async def test_a_file_whose_type_and_name_tell_nothing_is_listened_to(shared: World) -> None:
    data = as_file(speech(1), "aiff", "pcm_s16be")
    await asyncio.gather(
        *(sound_is_taken(shared, "document", data, name, type_) for name, type_ in STRANGE.items())
    )


@pytest.mark.parametrize("kind", ["video", "video_note", "document"])
async def test_a_video_gives_its_sound(shared: World, kind: str) -> None:
    ada = await shared.person()
    sent = await ada.send_file(kind, video_with_sound(speech(1), side_pixels=240), "film.mp4")
    await ada.sees("of speech", reply_to=sent)
    await ada.sends_photo()
    video = await ada.sees_video()
    assert video["reply_to_message"]["message_id"] == sent


@pytest.mark.parametrize("kind", ["video", "video_note", "document", "animation"])
async def test_a_video_without_sound_says_so(shared: World, kind: str) -> None:
    ada = await shared.person()
    mute = video_with_sound(None, side_pixels=240)
    sent = await ada.send_file(kind, mute, "film.mp4")
    await ada.sees(said("voice-no_sound"), reply_to=sent)


async def test_an_animation_takes_no_voice_away(shared: World) -> None:
    ada = await shared.person()
    await ada.sees_key("voice-ready", reply_to=await ada.says())
    await ada.send_file("animation", video_with_sound(None, side_pixels=64), "fun.mp4")
    await ada.sends_photo()
    await ada.sees_video()


async def test_a_photo_and_a_sound_in_one_album_make_a_video(shared: World) -> None:
    ada = await shared.person()
    await ada.send_file("document", photo(), "face.jpg", media_group_id="a1")
    voice = await ada.send_file(
        "document", as_file(speech(1), "mp3", "libmp3lame"), "voice.mp3", media_group_id="a1"
    )
    video = await ada.sees_video()
    assert video["reply_to_message"]["message_id"] == voice


async def test_of_an_album_of_photos_the_first_is_used_and_that_is_said_once(shared: World) -> None:
    ada = await shared.person()
    sent = [await ada.sends_photo(media_group_id="a2") for _ in range(4)]
    await ada.sees(READY, reply_to=sent[0])
    await ada.sees(said("album-first"), reply_to=sent[1])
    await ada.writes("and now?")
    await ada.sees(said("hint-text-photo-kept"))
    assert len(await ada.heard()) == 3


async def test_a_forwarded_photo_is_a_photo(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.sends_photo(forward_from_name="Grace")
    await ada.sees(READY, reply_to=sent)


async def test_a_file_that_is_neither_is_answered(shared: World) -> None:
    ada = await shared.person()
    for name in ("letter.pdf", "book.TXT", "all.zip"):
        sent = await ada.send_file("document", b"%PDF-1.7", name)
        await ada.sees(said("hint-file"), reply_to=sent)


async def test_what_is_neither_photo_nor_voice_is_answered(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.send("location", latitude=1, longitude=2)
    await ada.sees(said("hint-other"), reply_to=sent)
    sticker = await ada.send_file("sticker", photo("WEBP"), "s.webp")
    await ada.sees(said("hint-other"), reply_to=sticker)
