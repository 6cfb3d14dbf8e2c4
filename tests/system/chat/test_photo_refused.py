"""What is wrong with a photo is said on that photo, with the remedy; the voice is kept."""

from __future__ import annotations

import asyncio

import pytest
from PIL import Image

from tests.support.chats import buttons_of, text_of
from tests.support.media.photos import (
    encoded,
    fresh_portrait,
    nobody,
    photo,
    png_claiming,
    two_people,
)
from tests.support.person import Person
from tests.support.texts import LONGEST_SECONDS, label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

# DashScope docs: error codes of face detection.
VERDICTS = {
    "InvalidFile.NoHuman": "photo-no-human",
    "InvalidFile.MultiHuman": "photo-several-people",
    "InvalidPerson": "photo-not-one-person",
    "InvalidFile.Content": "photo-not-one-person",
    "InvalidFile.BodyProportion": "photo-proportion",
    "InvalidFile.FacePose": "photo-face-pose",
    "InvalidFile.FullFace": "photo-full-face",
    "InvalidFile.FrontBody": "photo-front",
    "InvalidFile.FullBody": "photo-whole-body",
    "InvalidFile.BodyPose": "photo-whole-body",
    "InvalidFile.Value": "photo-unclear",
    "InvalidFile.Resolution": "photo-resolution",
    "InvalidFile.Size": "photo-size",
    "InvalidFile.Format": "photo-format",
    "InvalidImage.NoHumanFace": "photo-no-face",
    "InvalidFile.SomethingNew": "photo-unsuitable",
}


async def who_spoke(shared: World) -> Person:
    """Someone whose voice was accepted and who is asked for a photo."""
    person = await shared.person()
    voice = await person.says()
    await person.sees_key("voice-ready*", reply_to=voice)
    return person


def kept_voices(shared: World, person: Person) -> int:
    """How many accepted voices wait for a photo of this person."""
    return len(
        shared.rows(
            "SELECT * FROM drafts JOIN media ON media.id = drafts.voice_id "
            f"WHERE media.state = 'ready' AND drafts.user_id = {person.user_id}"
        )
    )


async def refused_by_the_provider(shared: World, person: Person, code: str) -> None:
    shared.faults.add("provider", "detect", "verdict", params={"code": code, "message": "no."})
    sent = await person.sends_photo()
    refusal = await person.sees(said(VERDICTS[code]), reply_to=sent)
    assert buttons_of(refusal) == {}, code


async def test_every_verdict_is_said_on_the_photo_and_the_voice_is_kept(shared: World) -> None:
    await shared.tell_provider(detect_refusal_shape="http200")
    people = await asyncio.gather(*(who_spoke(shared) for _ in VERDICTS))
    for person, code in zip(people, VERDICTS, strict=True):
        await refused_by_the_provider(shared, person, code)
        assert kept_voices(shared, person) == 1, code


async def test_every_verdict_in_the_other_shape_is_said_just_so(shared: World) -> None:
    await shared.tell_provider(detect_refusal_shape="http400")
    for code in VERDICTS:
        await refused_by_the_provider(shared, await shared.person(), code)


async def test_after_a_verdict_another_photo_makes_the_video(shared: World) -> None:
    ada = await who_spoke(shared)
    shared.faults.add("provider", "detect", "verdict", params={"code": "InvalidFile.FacePose"})
    sent = await ada.sends_photo()
    await ada.sees(said("photo-face-pose"), reply_to=sent)
    await ada.sends_photo()
    await ada.sees_video()


async def test_the_same_refused_photo_is_not_paid_for_twice(shared: World) -> None:
    ada, same = await shared.person(), photo()
    shared.faults.add("provider", "detect", "verdict", params={"code": "InvalidFile.FullFace"})
    for _ in range(2):
        sent = await ada.sends_photo(same)
        await ada.sees(said("photo-full-face"), reply_to=sent)
    assert len(shared.rows(f"SELECT * FROM detections WHERE user_id = {ada.user_id}")) == 1


def banner(width: int, height: int) -> bytes:
    return encoded(Image.new("RGB", (width, height), "navy"), "PNG")


LOCAL: dict[str, tuple[bytes, str, str, dict[str, str | float]]] = {
    "too small": (banner(180, 180), "small.png", "photo-too_small", {"width": 180, "height": 180}),
    "too narrow": (banner(1300, 400), "long.png", "photo-too_narrow", {}),
    "not a picture": (b"this is no picture at all", "cat.jpg", "photo-not_a_picture", {}),
    "half a picture": (photo()[:200], "half.jpg", "photo-not_a_picture", {}),
    "too many pixels": (png_claiming(50_000, 50_000), "bomb.png", "photo-too_many_pixels", {}),
    "too big": (b"\x89PNG\r\n\x1a\n" + bytes(21_000_000), "big.png", "photo-too_big", {}),
    "empty": (b"", "empty.png", "photo-empty", {}),
}


async def test_what_this_machine_can_see_costs_nothing_and_is_said_on_the_file(
    shared: World,
) -> None:
    detections = (await shared.provider("bill"))["detections"]
    people = await asyncio.gather(*(shared.person() for _ in LOCAL))
    sent = [
        await person.send_file("document", data, name)
        for person, (data, name, _, _) in zip(people, LOCAL.values(), strict=True)
    ]
    for person, message, (_, _, key, values) in zip(people, sent, LOCAL.values(), strict=True):
        await person.sees(said(key, **values), reply_to=message)
    assert (await shared.provider("bill"))["detections"] == detections


async def test_a_small_picture_is_enlarged_and_the_person_is_told(shared: World) -> None:
    ada = await shared.person()
    small = encoded(fresh_portrait().resize((250, 250)), "PNG")
    sent = await ada.send_file("document", small, "small.png")
    await ada.sees(said("photo-ready-enlarged"), reply_to=sent)


async def test_a_photo_without_a_face_is_asked_about_and_the_provider_decides(
    shared: World,
) -> None:
    ada = await who_spoke(shared)
    detections = (await shared.provider("bill"))["detections"]
    sent = await ada.sends_photo(nobody())
    doubt = await ada.sees(said("photo-ask-no-face"), reply_to=sent)
    assert (await shared.provider("bill"))["detections"] == detections
    assert await ada.presses(doubt, label("button-check")) == label("answer-started")
    await ada.sees(said("photo-no-human"), reply_to=sent)
    assert (await shared.provider("bill"))["detections"] == detections + 1
    await ada.sends_photo()
    await ada.sees_video()


async def test_a_photo_of_two_people_is_asked_about_and_the_provider_decides(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.sends_photo(two_people())
    doubt = await ada.sees(said("photo-ask-several", faces=2), reply_to=sent)
    assert await ada.presses(doubt, label("button-check")) == label("answer-started")
    await ada.sees(said("photo-several-people"), reply_to=sent)
    assert await ada.presses_again(doubt, label("button-check")) == label("answer-too-late")


async def test_a_doubt_that_was_wrong_is_overruled_by_the_provider(shared: World) -> None:
    ada = await who_spoke(shared)
    sent = await ada.sends_photo(nobody())
    doubt = await ada.sees(said("photo-ask-no-face"), reply_to=sent)
    shared.faults.add(
        "provider",
        "detect",
        "status",
        params={"code": 200, "body": {"output": {"check_pass": True, "humanoid": True}}},
    )
    # The local provider's renderer needs a face of its own; what counts is that it is asked.
    await ada.presses(doubt, label("button-check"))
    failed = await ada.sees("Nothing was charged")
    assert "No face was found" in text_of(failed)


async def test_a_photo_against_the_content_rules_is_declined(shared: World) -> None:
    ada = await who_spoke(shared)
    shared.faults.add(
        "provider", "detect", "code", params={"http": 400, "code": "DataInspectionFailed"}
    )
    sent = await ada.sends_photo()
    await ada.sees(said("photo-moderated"), reply_to=sent)
    assert kept_voices(shared, ada) == 1


async def test_a_good_photo_is_praised_and_asks_for_a_voice(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.sends_photo()
    await ada.sees(said("photo-ready", longest=LONGEST_SECONDS), reply_to=sent)


async def test_a_newer_photo_takes_the_place_of_one_that_was_not_used(shared: World) -> None:
    ada = await shared.person()
    shared.faults.add("provider", "detect", "delay", params={"seconds": 2})
    first = await ada.sends_photo()
    await ada.sees(said("photo-looking"), reply_to=first)
    second = await ada.sends_photo()
    await ada.sees(said("photo-ready", longest=LONGEST_SECONDS), reply_to=second)
    await ada.sees(said("photo-superseded"), reply_to=first)
