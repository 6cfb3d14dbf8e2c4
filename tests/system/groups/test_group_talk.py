"""/talk in all its ways, in a group whose privacy mode hides everything else from the bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.chats import Json, replies_to, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.media.photos import nobody, photo
from tests.support.media.videos import video_with_sound
from tests.support.media.voices import speech, voice
from tests.support.person import Person
from tests.support.texts import LONGEST_SECONDS, label, said
from tests.support.world import World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("shared"), factor=10.0) as made:
        yield made


GOOD_PHOTO = said("group-photo-ready", longest=LONGEST_SECONDS)
ASK_VOICE = said("group-ask-voice", longest=LONGEST_SECONDS)


async def faces(shared: World, *people: Person, **fields: Any) -> Group:
    return await Group.create(shared, "Faces", *people, **fields)


async def asked_for_voice(there: Group, who: Person, **fields: Any) -> int:
    """Up to where the bot asks: /talk on somebody's own photo; the message that asks."""
    picture = await who.sends_photo(**fields)
    talk = await who.commands("/talk", reply_to=picture)
    return int((await there.sees(GOOD_PHOTO, reply_to=talk))["message_id"])


async def calls_to(shared: World, method: str, chat_id: int) -> list[Json]:
    calls = await shared.bot_calls(method)
    return [call["params"] for call in calls if str(call["params"].get("chat_id")) == str(chat_id)]


async def test_talk_on_a_photo_asks_its_sender_and_the_voice_is_answered_with_the_video(
    shared: World,
) -> None:
    ada, ben = await shared.person("Ada"), await shared.person("Ben")
    there = await faces(shared, ada, ben, kind="group")
    picture = await there.member(ada).sends_photo()
    talk = await there.member(ada).commands("/talk", reply_to=picture)
    asked = await there.sees(GOOD_PHOTO, reply_to=talk)
    (sent,) = [p for p in await calls_to(shared, "sendMessage", there.chat_id) if "force" in str(p)]
    assert sent["reply_markup"]["selective"] is True
    assert sent["reply_markup"]["input_field_placeholder"] == label("placeholder-voice")
    voice_note = await there.member(ada).says(reply_to=asked["message_id"])
    await there.sees_video(reply_to=voice_note)

    async def tidy() -> bool:
        """The introduction, the asking message, the video: no status is left."""
        return len(await there.heard()) == 3

    await eventually(tidy, "the status message goes")


async def test_the_command_is_seen_with_an_eye_and_not_with_a_message(shared: World) -> None:
    ada = await shared.person()
    there = await faces(shared, ada)
    asked = await asked_for_voice(there, there.member(ada))
    reactions = await calls_to(shared, "setMessageReaction", there.chat_id)
    assert [reaction["reaction"][0]["emoji"] for reaction in reactions] == ["👀"]
    assert [m["message_id"] for m in await there.heard()][-1] == asked


async def test_bare_commands_are_understood_too_once_the_bot_wrote_last(shared: World) -> None:
    ada = await shared.person()
    there = await faces(shared, ada)
    await there.member(ada).commands("/help")
    await there.sees(said("group-help"))
    picture = await there.member(ada).sends_photo()
    talk = await there.member(ada).commands("/talk", named=False, reply_to=picture)
    await there.sees(GOOD_PHOTO, reply_to=talk)


async def test_a_sound_file_is_a_voice_as_well(shared: World) -> None:
    ada = await shared.person()
    there = await faces(shared, ada)
    asked = await asked_for_voice(there, there.member(ada))
    note = await there.member(ada).send_file("audio", voice(), "voice.ogg", reply_to=asked)
    await there.sees_video(reply_to=note)


@pytest.mark.parametrize("kind", ["video", "document"])
async def test_a_video_is_a_voice_as_well(shared: World, kind: str) -> None:
    ada = await shared.person()
    there = await faces(shared, ada)
    asked = await asked_for_voice(there, there.member(ada))
    film = video_with_sound(speech(1), side_pixels=96)
    first = await there.member(ada).send_file(kind, film, "film.mp4", reply_to=asked)
    await there.sees_video(reply_to=first)
    second = await there.member(ada).send_file(kind, film, "film.mp4")
    await there.member(ada).commands("/talk", reply_to=second)
    await there.sees_video(reply_to=second)


async def test_an_animation_in_reply_to_the_bot_is_left_to_those_who_talk(shared: World) -> None:
    ada = await shared.person()
    there = await faces(shared, ada)
    asked = await asked_for_voice(there, there.member(ada))
    fun = video_with_sound(None, side_pixels=96)
    sent = await there.member(ada).send_file("animation", fun, "fun.mp4", reply_to=asked)
    note = await there.member(ada).says(reply_to=asked)
    await there.sees_video(reply_to=note)
    assert not [message for message in await there.heard() if replies_to(message, sent)]


async def test_a_picture_sent_as_a_file_is_a_photo(shared: World) -> None:
    ada = await shared.person()
    there = await faces(shared, ada)
    file = await there.member(ada).send_file("document", photo("PNG"), "me.png")
    talk = await there.member(ada).commands("/talk", reply_to=file)
    await there.sees(GOOD_PHOTO, reply_to=talk)


async def test_alone_it_asks_for_a_photo_and_then_for_a_voice(shared: World) -> None:
    ada = await shared.person()
    there = await faces(shared, ada)
    talk = await there.member(ada).commands("/talk")
    how = await there.sees(said("group-how"), reply_to=talk)
    picture = await there.member(ada).sends_photo(reply_to=how["message_id"])
    asked = await there.sees(GOOD_PHOTO, reply_to=picture)
    again = await there.member(ada).commands("/talk")
    await there.sees(ASK_VOICE, reply_to=again)
    await there.member(ada).says(reply_to=asked["message_id"])
    await there.sees_video()


async def test_a_voice_first_asks_for_a_photo_and_next_time_the_photo_is_known(
    shared: World,
) -> None:
    ada = await shared.person()
    there = await faces(shared, ada)
    first = await there.member(ada).says()
    await there.member(ada).commands("/talk", reply_to=first)
    asked = await there.sees("Now reply to this message with a photo", reply_to=first)
    await there.member(ada).sends_photo(reply_to=asked["message_id"])
    await there.sees_video(reply_to=first)
    second = await there.member(ada).says(1.2)
    await there.member(ada).commands("/talk", reply_to=second)
    await there.sees_video(reply_to=second)


async def test_the_photo_of_the_private_chat_is_not_shown_to_a_group(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    there = await faces(shared, ada)
    voice_note = await there.member(ada).says()
    await there.member(ada).commands("/talk", reply_to=voice_note)
    await there.sees("Now reply to this message with a photo", reply_to=voice_note)


async def test_each_topic_has_its_own_draft_and_its_answers_stay_in_it(shared: World) -> None:
    ada = await shared.person()
    there = await faces(shared, ada, forum=True)
    one, other = await there.opens_topic("One"), await there.opens_topic("Other")
    await asked_for_voice(there, there.member(ada, one))
    here = there.member(ada, other)
    talk = await here.commands("/talk")
    how = await here.sees(said("group-how"), reply_to=talk)
    picture = await here.sends_photo(reply_to=how["message_id"])
    asked = await here.sees(GOOD_PHOTO, reply_to=picture)
    voice_note = await here.says(reply_to=asked["message_id"])
    await here.sees_video(reply_to=voice_note)
    assert not [m for m in await there.member(ada, one).heard() if "video" in m]


@pytest.mark.parametrize("whose", ["own", "another's"])
async def test_a_photo_of_another_topic_is_found_where_it_is_replied_to(
    shared: World, whose: str
) -> None:
    ada, ben = await shared.person("Ada"), await shared.person("Ben")
    there = await faces(shared, ada, ben, forum=True)
    one, other = await there.opens_topic("One"), await there.opens_topic("Other")
    owner = ada if whose == "own" else ben
    picture = await there.member(owner, one).sends_photo()
    here = there.member(ada, other)
    talk = await here.commands("/talk", reply_to=picture)
    asked = await here.sees(GOOD_PHOTO, reply_to=talk)
    assert ("Ben" in text_of(asked)) is (whose == "another's")
    voice_note = await here.says(reply_to=asked["message_id"])
    video = await here.sees_video(reply_to=voice_note)
    assert video["message_thread_id"] == other


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["voice", "video_note", "audio"])
async def test_a_voice_of_another_topic_is_found_where_it_is_replied_to(
    shared: World, kind: str
) -> None:
    ada = await shared.person("Ada")
    there = await faces(shared, ada, forum=True)
    one, other = await there.opens_topic("One"), await there.opens_topic("Other")
    sound = await there.member(ada, one).send(kind, sample="voice")
    here = there.member(ada, other)
    talk = await here.commands("/talk", reply_to=sound)
    asked = await here.sees("Now reply to this message with a photo", reply_to=talk)
    picture = await here.sends_photo(reply_to=asked["message_id"])
    assert (await here.sees_video())["message_thread_id"] == other
    assert picture


async def test_a_photo_of_another_chat_is_found_and_what_is_not_shown_is_not_guessed(
    shared: World,
) -> None:
    ada = await shared.person("Ada")
    picture = await ada.sends_photo()
    words = await ada.writes("hello")
    there = await faces(shared, ada)
    elsewhere: dict[str, Any] = {"reply_to_chat_id": ada.chat_id}
    talk = await there.member(ada).commands("/talk", reply_to=words, **elsewhere)
    await there.sees(said("talk-unseen"), reply_to=talk)
    talk = await there.member(ada).commands("/talk", reply_to=picture, **elsewhere)
    await there.sees(GOOD_PHOTO, reply_to=talk)


async def test_two_people_at_once_are_not_mixed_up(shared: World) -> None:
    ada, ben = await shared.person("Ada"), await shared.person("Ben")
    there = await faces(shared, ada, ben)
    for_ada = await asked_for_voice(there, there.member(ada))
    for_ben = await asked_for_voice(there, there.member(ben))
    bens = await there.member(ben).says(reply_to=for_ben)
    adas = await there.member(ada).says(reply_to=for_ada)
    await asyncio.gather(there.sees_video(reply_to=adas), there.sees_video(reply_to=bens))
    jobs = shared.rows(f"SELECT * FROM jobs WHERE chat_id = {there.chat_id}")
    photos = {row["id"]: row["user_id"] for row in shared.rows("SELECT * FROM media")}
    assert all(photos[job["photo_id"]] == job["user_id"] for job in jobs)


async def test_a_photo_that_cannot_be_used_says_so_and_where_to_send_another(shared: World) -> None:
    ada = await shared.person()
    there = await faces(shared, ada)
    picture = await there.member(ada).sends_photo(nobody())
    talk = await there.member(ada).commands("/talk", reply_to=picture)
    doubt = await there.sees(said("group-answer-here"), reply_to=talk)
    assert said("photo-ask-no-face") in text_of(doubt)
    better = await there.member(ada).sends_photo(reply_to=doubt["message_id"])
    await there.sees(GOOD_PHOTO, reply_to=better)


async def test_under_a_video_its_owner_asks_for_the_next_with_one_press(shared: World) -> None:
    ada, ben = await shared.person("Ada"), await shared.person("Ben")
    there = await faces(shared, ada, ben)
    asked = await asked_for_voice(there, there.member(ada))
    first = await there.member(ada).says(reply_to=asked)
    video = await there.sees_video()
    await ada.reaches("done")
    answer = await there.member(ben).presses(video, label("button-new-voice"))
    assert answer == label("answer-not-yours")
    await there.member(ada).forges_press(video, "gset:longest:10000")
    await there.member(ada).presses(video, label("button-new-voice"))
    await there.sees(said("group-ask-voice", longest=10), reply_to=first)
    await there.member(ada).presses(video, label("button-new-face"))
    ask = await there.sees(said("group-ask-photo"), reply_to=first)
    await there.member(ada).sends_photo(reply_to=ask["message_id"])
    await there.sees_video(2)


async def test_talk_as_a_caption_works_where_telegram_delivers_it(shared: World) -> None:
    ada = await shared.person()
    there = await faces(shared, ada)
    for name in ("another_bot", "talking_photo_bot"):
        update = {
            "message": {
                "message_id": 9_000 + len(name),
                "date": int((await there.chat())[-1]["date"]),
                "chat": {"id": there.chat_id, "type": "supergroup", "title": "Faces"},
                "from": {"id": ada.user_id, "is_bot": False, "first_name": "Ada"},
                "photo": await _sizes(ada),
                "caption": f"/talk@{name}",
                "caption_entities": [
                    {"type": "bot_command", "offset": 0, "length": len(f"/talk@{name}")}
                ],
            }
        }
        (await shared.http.post("/sim/updates", json=update)).raise_for_status()
    await there.sees(GOOD_PHOTO)
    assert len(shared.rows(f"SELECT * FROM media WHERE chat_id = {there.chat_id}")) == 1


async def _sizes(person: Person) -> list[Json]:
    message_id = await person.sends_photo()
    return next(m["photo"] for m in await person.chat() if m["message_id"] == message_id)
