"""The forms in which people send a face and a voice."""

from __future__ import annotations

import asyncio
from io import BytesIO

import pytest

from tests.support.media.photos import fresh_portrait, photo
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


async def test_an_iphone_picture_may_come_as_a_file(shared: World) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    target = BytesIO()
    pillow_heif.from_pillow(fresh_portrait()).save(target, quality=90)
    await photo_file_is_taken(shared, target.getvalue(), "IMG_0001.HEIC")


async def sound_is_taken(shared: World, kind: str, data: bytes, name: str) -> None:
    person = await shared.person()
    sent = await person.send_file(kind, data, name)
    await person.sees(said("voice-ready", seconds=0.9), reply_to=sent)


async def test_a_sound_may_come_as_a_music_file_or_as_a_document(shared: World) -> None:
    voice_1s = speech(1)
    await asyncio.gather(
        sound_is_taken(shared, "audio", as_file(voice_1s, "mp3", "libmp3lame"), "a.mp3"),
        sound_is_taken(shared, "audio", as_file(voice_1s, "ipod", "aac"), "a.m4a"),
        sound_is_taken(shared, "document", as_file(voice_1s, "wav", "pcm_s16le"), "a.wav"),
        sound_is_taken(shared, "document", voice(), "a.ogg"),
    )


async def test_a_round_video_gives_its_sound(shared: World) -> None:
    ada = await shared.person()
    round_video = video_with_sound(speech(1), side_pixels=240)
    sent = await ada.send_file("video_note", round_video, "round.mp4")
    await ada.sees("of speech", reply_to=sent)
    await ada.sends_photo()
    video = await ada.sees_video()
    assert video["reply_to_message"]["message_id"] == sent


async def test_a_round_video_without_sound_is_refused(shared: World) -> None:
    ada = await shared.person()
    mute = video_with_sound(None, side_pixels=240)
    sent = await ada.send_file("video_note", mute, "round.mp4")
    await ada.sees(said("voice-unreadable"), reply_to=sent)


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
    sent = await ada.send_file("document", b"%PDF-1.7", "letter.pdf")
    await ada.sees(said("hint-file"), reply_to=sent)


async def test_what_is_neither_photo_nor_voice_is_answered(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.send("location", latitude=1, longitude=2)
    await ada.sees(said("hint-other"), reply_to=sent)
    sticker = await ada.send_file("sticker", photo("WEBP"), "s.webp")
    await ada.sees(said("hint-other"), reply_to=sticker)
