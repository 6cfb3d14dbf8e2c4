"""Where nobody seems to speak the person is asked first, whichever came first; a tap goes on."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.chats import Json, buttons_of
from tests.support.media.voices import SAMPLE_RATE_HZ, noise, speech, tone, voice_note, wav
from tests.support.person import Person
from tests.support.texts import LONGEST_SECONDS, label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTE = voice_note(noise(2, 0.1))


async def nothing_is_made(shared: World, person: Person) -> bool:
    return not shared.rows(f"SELECT * FROM jobs WHERE user_id = {person.user_id}")


async def asked(person: Person, data: bytes = NOTE) -> Json:
    sent = await person.send_file("voice", data, "voice.ogg", raw=1)
    question = await person.sees(said("voice-ask-no-speech"), reply_to=sent)
    assert list(buttons_of(question)) == [label("button-check")]
    return question


async def test_after_a_photo_it_is_asked_and_a_tap_has_the_video_made(shared: World) -> None:
    ada = await shared.person()
    photo = await ada.sends_photo()
    await ada.sees(said("photo-ready", longest=LONGEST_SECONDS), reply_to=photo)
    question = await asked(ada)
    assert await nothing_is_made(shared, ada)
    assert await ada.presses(question, label("button-check")) == label("answer-started")
    await ada.sees_video()


async def test_before_the_photo_it_is_asked_and_the_photo_waits_for_the_answer(
    shared: World,
) -> None:
    bea = await shared.person()
    question = await asked(bea, voice_note(tone(2)))
    photo = await bea.sends_photo()
    await bea.sees(said("photo-ready-voice-asked"), reply_to=photo)
    assert await nothing_is_made(shared, bea)
    await bea.presses(question, label("button-check"))
    await bea.sees_video()


async def test_a_real_voice_answers_the_question_as_well(shared: World) -> None:
    eve = await shared.person()
    await eve.sends_photo()
    await asked(eve)
    await eve.says()
    await eve.sees_video()


async def test_of_a_long_sound_it_is_asked_before_what_to_do_with_it(shared: World) -> None:
    ida = await shared.person()
    long = await asked(ida, wav(tone(25, rate_hz=SAMPLE_RATE_HZ)))
    await ida.presses(long, label("button-check"))
    await ida.sees("What would you like", reply_to=long["reply_to_message"]["message_id"])


async def test_parts_in_which_nobody_speaks_are_named_in_the_question(shared: World) -> None:
    kim = await shared.person()
    note = voice_note(np.concatenate([speech(2), tone(20)]))
    sent = await kim.send_file("voice", note, "voice.ogg", raw=1)
    await kim.sees(said("voice-long-silent-parts", silent=1), reply_to=sent)
