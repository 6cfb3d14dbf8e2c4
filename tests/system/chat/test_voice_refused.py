"""What is wrong with a voice is said on that voice, with the remedy; the photo is kept."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from tests.support.chats import buttons_of
from tests.support.media.voices import as_file, noise, silence, speech, tone, voice, voice_note, wav
from tests.support.person import Person
from tests.support.texts import LONGEST_SECONDS, label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Of a longer voice only the beginning can be had: what else there may be has a file of its own.
SETTINGS = {"LONGEST_VOICE_SECONDS": "0"}

WRONG = {
    "silent": (voice_note(silence(3)), "voice-silent"),
    "hiss so low that it is no speech": (voice_note(noise(3, 0.0003)), "voice-silent"),
    "too short": (voice_note(speech(0.4)), "voice-too_short"),
    "unreadable": (b"OggS this is no voice", "voice-unreadable"),
    "cut off": (voice(3)[:60], "voice-unreadable"),
    "empty": (b"", "voice-empty"),
    "a playlist in disguise": (b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:1/x\n", "voice-unreadable"),
    "too big": (b"OggS" + bytes(21_000_000), "voice-too_big"),
}


async def who_showed_a_photo(shared: World) -> Person:
    """Someone whose photo was accepted."""
    person = await shared.person()
    sent = await person.sends_photo()
    await person.sees(said("photo-ready", longest=LONGEST_SECONDS), reply_to=sent)
    return person


def kept_photos(shared: World, person: Person) -> int:
    """How many accepted photos wait for a voice of this person."""
    return len(
        shared.rows(
            "SELECT * FROM drafts JOIN media ON media.id = drafts.photo_id "
            f"WHERE media.state = 'ready' AND drafts.user_id = {person.user_id}"
        )
    )


async def test_what_cannot_be_heard_is_said_on_the_sound_and_the_photo_is_kept(
    shared: World,
) -> None:
    people = await asyncio.gather(*(who_showed_a_photo(shared) for _ in WRONG))
    sent = [
        await person.send_file("voice", data, "voice.ogg", raw=1)
        for person, (data, _) in zip(people, WRONG.values(), strict=True)
    ]
    for person, message, (_, key) in zip(people, sent, WRONG.values(), strict=True):
        refusal = await person.sees(said(key), reply_to=message)
        assert buttons_of(refusal) == {}
        assert kept_photos(shared, person) == 1
    await people[0].says()
    await people[0].sees_video()


async def test_of_a_long_voice_the_beginning_is_offered_and_used(shared: World) -> None:
    ada = await who_showed_a_photo(shared)
    sent = await ada.says(25)
    offer = await ada.sees(said("voice-too_long", seconds=25, longest=19.9), reply_to=sent)
    button = label("button-beginning", seconds=LONGEST_SECONDS)
    assert list(buttons_of(offer)) == [button]
    assert await ada.presses(offer, button) == label("answer-started")
    video = await ada.sees_video()
    assert video["video"]["duration"] == 20
    assert video["reply_to_message"]["message_id"] == sent


async def test_of_what_is_longer_than_is_read_no_length_is_claimed(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.send_file("audio", wav(np.resize(tone(1)[::6], 130 * 8_000), 8_000), "a.wav")
    offer = await ada.sees(said("voice-too_long-over", seconds=120, longest=19.9), reply_to=sent)
    assert list(buttons_of(offer)) == [label("button-beginning", seconds=LONGEST_SECONDS)]


@pytest.mark.proof
async def test_a_long_voice_can_be_answered_with_a_shorter_one(shared: World) -> None:
    ada = await who_showed_a_photo(shared)
    long = await ada.says(21)
    offer = await ada.sees("use the beginning", reply_to=long)
    await ada.says()
    await ada.sees_video()
    over = await ada.sees(said("voice-superseded"), reply_to=long)
    assert over["message_id"] == offer["message_id"]
    assert buttons_of(over) == {}


async def test_a_claimed_length_is_not_believed(shared: World) -> None:
    ada, bea = await asyncio.gather(shared.person(), shared.person())
    short = await ada.send_file("voice", voice(1), "voice.ogg", raw=1, duration=3600)
    await ada.sees(said("voice-ready", seconds=0.9), reply_to=short)
    long = await bea.send_file("voice", voice(25), "voice.ogg", raw=1, duration=1)
    await bea.sees("use the beginning", reply_to=long)


async def test_a_noisy_voice_is_used_and_the_person_is_told(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.send_file("voice", voice_note(speech(2) + noise(2, 0.05)), "v.ogg", raw=1)
    await ada.sees("with some noise", reply_to=sent)


async def test_tags_in_a_strange_encoding_do_no_harm(shared: World) -> None:
    ada = await shared.person()
    song = as_file(speech(1), "mp3", "libmp3lame", tags={"title": "<b>\u041f\u0440\u0438\u0432&"})
    sent = await ada.send_file("audio", song, "song.mp3")
    await ada.sees(said("voice-ready", seconds=0.9), reply_to=sent)
