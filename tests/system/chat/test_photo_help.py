"""What is wrong with a photo is shown on it, and one tap takes the part that would do."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from tests.support.chats import Json, buttons_of
from tests.support.deadlines import eventually
from tests.support.media.photos import encoded, fresh_portrait, nobody, two_people
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def sees_picture(person: Person, reply_to: int) -> Json:
    """The bot's picture in reply to that message."""

    async def look() -> Json | None:
        for message in await person.heard():
            replied = message.get("reply_to_message", {}).get("message_id")
            if "photo" in message and replied == reply_to:
                return message
        return None

    return await eventually(look, "a picture with boxes")


def person_number(number: int, language: str = "en") -> str:
    return label("button-use-person", language, number=number)


async def test_one_of_two_people_is_chosen_with_a_tap_and_speaks(shared: World) -> None:
    ada, eve = await shared.person(), await shared.person("Eve")
    sent = await ada.sends_photo(two_people())
    help_picture = await sees_picture(ada, sent)
    fault, offered = said("photo-ask-several", faces=2), said("photo-help-several", faces=2)
    assert help_picture["caption"] == f"{fault}\n\n{offered}"
    assert list(buttons_of(help_picture)) == [
        *(label("button-check"), person_number(1), person_number(2))
    ]
    assert len(await ada.heard()) == 1, "one fault, one message"

    data = buttons_of(help_picture)[person_number(1)]
    media_id = int(data.split(":")[1])
    assert await eve.forges_press(help_picture, data) == label("answer-not-yours")
    for forged in (f"crop:{media_id}:2", f"crop:{media_id}:x", f"crop:{media_id}", "crop:999999:0"):
        assert await ada.forges_press(help_picture, forged) == label("answer-too-late")

    assert await ada.presses(help_picture, person_number(2)) == label("answer-started")
    await ada.sees_key("*photo-ready*", reply_to=sent)
    assert await ada.presses_again(help_picture, person_number(1)) == label("answer-too-late")
    await ada.says()
    await ada.sees_video()
    (item,) = shared.rows(f"SELECT * FROM media WHERE id = {media_id}")
    assert item["crop"] == json.dumps(json.loads(item["crops"])[1])
    assert item["file_id"]
    assert len(await shared.provider_calls("detect")) == 1
    assert not [m for m in await ada.heard() if "photo" in m], "what was answered is gone"


async def test_a_refused_small_person_comes_back_as_the_part_that_is_large_enough(
    shared: World,
) -> None:
    picture = Image.new("RGB", (1000, 1200), "tan")
    picture.paste(fresh_portrait().resize((460, 460)), (270, 100))
    shared.faults.add(
        "provider", "detect", "verdict", params={"code": "InvalidFile.BodyProportion"}
    )
    ada = await shared.person("小明", "zh-hans")
    await ada.says()
    sent = await ada.sends_photo(encoded(picture, "JPEG"))
    help_picture = await sees_picture(ada, sent)
    fault, offered = said("photo-proportion", "zh-hans"), said("photo-help-small", "zh-hans")
    assert help_picture["caption"] == f"{fault}\n\n{offered}"
    (button,) = buttons_of(help_picture)
    assert button == label("button-use-part", "zh-hans")
    await ada.presses(help_picture, button)
    await ada.sees_video()


async def test_a_question_that_was_answered_is_gone_whatever_comes_of_it(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.sends_photo(two_people())
    help_picture = await sees_picture(ada, sent)
    assert await ada.presses(help_picture, label("button-check")) == label("answer-started")
    await ada.sees(said("photo-several-people"), reply_to=sent)

    async def gone() -> bool:
        return not [m for m in await ada.heard() if "photo" in m]

    await eventually(gone, "the question is gone")


async def test_a_button_for_a_photo_that_was_replaced_does_nothing(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.sends_photo(two_people())
    help_picture = await sees_picture(ada, sent)
    newer = await ada.sends_photo()
    await ada.sees_key("*photo-ready*", reply_to=newer)
    answer = await ada.presses_again(help_picture, person_number(1))
    assert answer == label("answer-too-late")


async def test_where_no_face_is_known_words_have_to_do(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.sends_photo(nobody())
    await ada.sees(said("photo-ask-no-face"), reply_to=sent)
    second = await ada.sends_photo(two_people())
    await sees_picture(ada, second)
    assert len([m for m in await ada.heard() if "photo" in m]) == 1


async def test_help_that_cannot_be_sent_is_no_failure(shared: World) -> None:
    shared.faults.add("telegram", "editMessageMedia", "bad_request", params={"description": "no"})
    ada = await shared.person()
    sent = await ada.sends_photo(two_people())
    await ada.sees(said("photo-ask-several", faces=2), reply_to=sent)

    async def over() -> bool:
        rows = shared.rows(f"SELECT announced FROM media WHERE user_id = {ada.user_id}")
        return rows == [{"announced": 1}]

    await eventually(over, "the photo is done with")
    assert "is not explained" in shared.log()
