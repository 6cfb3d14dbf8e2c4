"""Before the first video a person is asked; until they agree nothing is opened or sent on."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from bot.limits import TEXT_VERSION
from storage.people.consents import Agreement
from tests.support.chats import BOT_USERNAME, Json, buttons_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOURS = 48
AGREEMENT = Agreement(TEXT_VERSION, "127.0.0.1", HOURS * 3_600_000)
AGREE, DECLINE = label("button-agree"), label("button-decline")


def question(language: str = "en") -> str:
    service = label("service-other", language, host="127.0.0.1")
    return said("consent-question", language, service=service, hours=HOURS)


async def questions(person: Person) -> list[Json]:
    return [m for m in await person.heard() if AGREE in buttons_of(m)]


def items(shared: World, person: Person) -> list[str]:
    rows = shared.rows(f"SELECT state FROM media WHERE user_id = {person.user_id} ORDER BY id")
    return [row["state"] for row in rows]


async def downloads(shared: World) -> int:
    return len(await shared.bot_calls("getFile"))


async def provider_calls(shared: World) -> int:
    """But for the room that the start asks for, which is about nobody."""
    calls = (await shared.provider("calls"))["calls"]
    return sum(call["endpoint"] != "get_policy" for call in calls)


async def test_nothing_is_touched_before_the_yes_and_all_goes_on_after_it(shared: World) -> None:
    ada = await shared.person(agrees=False)
    before = await downloads(shared), await provider_calls(shared)
    photo = await ada.sends_photo()
    asked = await ada.sees(question(), reply_to=photo)
    await ada.says()

    async def both_wait() -> bool:
        return items(shared, ada) == ["asked", "asked"]

    await eventually(both_wait, "both wait")
    assert len(await ada.heard()) == 1, "one question, and not a word beside it"
    assert before == (await downloads(shared), await provider_calls(shared))

    assert await ada.presses(asked, AGREE) == label("answer-agreed")
    await ada.sees_video()
    thanks = await ada.sees(said("consent-agreed"))
    assert thanks["message_id"] == asked["message_id"]
    assert not buttons_of(thanks)
    (kept,) = shared.rows(f"SELECT * FROM consents WHERE user_id = {ada.user_id}")
    assert (kept["version"], kept["destination"], kept["language"]) == (
        TEXT_VERSION,
        "127.0.0.1",
        "en",
    )
    assert kept["keep_milliseconds"] == AGREEMENT.keep_milliseconds
    assert kept["agreed_at_milliseconds"] > 0
    assert await ada.presses_again(asked, AGREE) == label("answer-agreed")
    assert await ada.presses_again(asked, DECLINE) == label("answer-consent-given")


async def test_no_means_that_nothing_is_done_until_the_next_photo_asks_again(shared: World) -> None:
    bea = await shared.person("Bea", "zh", agrees=False)
    await bea.says()
    asked = await bea.sees(question("zh-hans"))
    assert await bea.presses(asked, label("button-decline", "zh-hans")) == label(
        "answer-declined", "zh-hans"
    )
    declined = await bea.sees(said("consent-declined", "zh-hans"))
    assert declined["message_id"] == asked["message_id"]
    rows = shared.rows(f"SELECT file_id, state FROM media WHERE user_id = {bea.user_id}")
    assert rows == [{"file_id": "", "state": "superseded"}]
    assert not shared.rows(f"SELECT 1 FROM consents WHERE user_id = {bea.user_id}")

    again = await bea.sends_photo()
    asked = await bea.sees(question("zh-hans"), reply_to=again)
    await bea.presses(asked, label("button-agree", "zh-hans"))
    await bea.sees(label("photo-ready", "zh-hans", longest=19.9).partition("<")[0], reply_to=again)


@pytest.mark.proof
async def test_two_pairs_that_waited_for_the_yes_make_two_videos_in_their_order(
    shared: World,
) -> None:
    ida = await shared.person("Ida", agrees=False)
    voices = []
    for _ in range(2):
        await ida.sends_photo()
        voices.append(await ida.says())
    asked = await ida.sees(question())
    await eventually(lambda: len(items(shared, ida)) == 4, "both wait for the answer")
    await ida.presses(asked, AGREE)
    for voice in voices:
        await ida.sees_video(reply_to=voice)
    made = shared.rows(f"SELECT * FROM jobs WHERE user_id = {ida.user_id} ORDER BY id")
    assert [job["photo_id"] for job in made] == sorted({job["photo_id"] for job in made})
    assert len(made) == 2


async def test_what_was_replaced_while_the_question_stood_is_not_spoken_of(shared: World) -> None:
    cleo = await shared.person("Cleo", agrees=False)
    for _ in range(3):
        newest = await cleo.sends_photo()
    asked = await cleo.sees(question())
    await eventually(lambda: len(items(shared, cleo)) == 3, "all three wait for the answer")
    await cleo.presses(asked, AGREE)
    await cleo.sees_key("*photo-ready*", reply_to=newest)
    assert len(await cleo.heard()) == 2, "the thanks and the newest photo"


async def test_another_ones_press_and_one_for_another_text_change_nothing(shared: World) -> None:
    dan, eve = await shared.person("Dan", agrees=False), await shared.person("Eve", agrees=False)
    await dan.sends_photo()
    asked = await dan.sees(question())
    answer = await eve.presses_again(asked, AGREE)
    assert answer == label("answer-not-yours")
    for data in ("agree", "agree:x", "agree:0123456789ab:-1", "decline:1:2:3"):
        assert await dan.forges_press(asked, data) in (
            label("answer-too-late"),
            label("answer-not-yours"),
        )
    outdated = f"agree:0123456789ab:{dan.user_id}"
    assert await dan.forges_press(asked, outdated) == label("answer-consent-changed")
    assert items(shared, dan) == ["asked"]
    assert not shared.rows(
        f"SELECT 1 FROM consents WHERE user_id IN ({dan.user_id}, {eve.user_id})"
    )


async def test_who_agreed_to_an_older_text_is_asked_again_and_the_old_buttons_ask_anew(
    shared: World,
) -> None:
    fay = await shared.person("Fay", agrees=False)
    older = Agreement(TEXT_VERSION - 1, "127.0.0.1", 1)
    for agreed in (older, Agreement(TEXT_VERSION, "here", 10**12), shorter(AGREEMENT)):
        write_consent(shared, fay, agreed)
    photo = await fay.sends_photo()
    asked = await fay.sees(question(), reply_to=photo)
    with closing(sqlite3.connect(shared.database, timeout=30)) as base, base:
        base.execute("UPDATE consent_questions SET fingerprint = 'older'")
    data = f"agree:{older.fingerprint}:{fay.user_id}"
    assert await fay.forges_press(asked, data) == label("answer-consent-changed")

    async def anew() -> Json | None:
        return next(
            (m for m in await questions(fay) if m["message_id"] > asked["message_id"]), None
        )

    new = await eventually(anew, "the question stands there anew")
    assert len(await questions(fay)) == 1, "and only once"
    await fay.presses(new, AGREE)
    await fay.sees_key("*photo-ready*", reply_to=photo)


@pytest.mark.proof
async def test_a_job_of_earlier_is_not_made_again_without_a_yes(shared: World) -> None:
    """As for somebody whose videos were made before anybody was asked."""
    gus = await shared.person("Gus")
    await gus.sends_photo()
    shared.faults.add("provider", "submit", "task_fails", times=1)
    await gus.says()
    failed = await gus.sees(said("failed-service"))
    with closing(sqlite3.connect(shared.database, timeout=30)) as base, base:
        base.execute("DELETE FROM consents WHERE user_id = ?", (gus.user_id,))
    assert await gus.presses(failed, label("button-retry")) == label("answer-consent-first")
    asked = await gus.sees(question())
    await gus.presses(asked, AGREE)
    await gus.sees(said("consent-agreed"))
    assert await gus.presses(failed, label("button-retry")) == label("answer-started")
    await gus.sees_video()


async def test_an_agreement_in_a_group_is_short_leads_to_the_whole_and_counts_everywhere(
    shared: World,
) -> None:
    hal, ivy = await shared.person("Hal", agrees=False), await shared.person("Ivy", agrees=False)
    group = await Group.create(shared, "Faces", hal, ivy)
    waiting = await hal.sends_photo()
    await hal.sees(question(), reply_to=waiting)
    want_question_in(shared, group, hal)
    service = label("service-other", host="127.0.0.1")
    asked = await group.sees(said("consent-group", service=service))
    (button,) = [b for row in asked["reply_markup"]["inline_keyboard"] for b in row if "url" in b]
    assert button["url"] == f"https://t.me/{BOT_USERNAME}?start=privacy"
    refused = await group.member(ivy).presses(asked, AGREE)
    assert refused == label("answer-not-yours")
    await group.member(hal).presses(asked, AGREE)
    await group.sees(said("consent-agreed"))
    await hal.sees(said("consent-agreed"))
    await hal.sees_key("*photo-ready*", reply_to=waiting)


def shorter(agreement: Agreement) -> Agreement:
    """The same, with videos kept for a shorter time: agreeing to that is not agreeing to more."""
    return Agreement(agreement.version, agreement.destination, agreement.keep_milliseconds - 1)


def write_consent(shared: World, person: Person, agreement: Agreement) -> None:
    with closing(sqlite3.connect(shared.database, timeout=30)) as base, base:
        base.execute(
            "INSERT INTO consents VALUES (?, ?, ?, ?, 'en', 1)",
            (person.user_id, agreement.version, agreement.destination, agreement.keep_milliseconds),
        )


def want_question_in(shared: World, group: Group, person: Person) -> None:
    """As the flow of the group does with the photo there."""
    with closing(sqlite3.connect(shared.database, timeout=30)) as base, base:
        base.execute(
            "INSERT INTO consent_questions (chat_id, thread_id, user_id, fingerprint, reply_to,"
            " wanted_at_milliseconds) VALUES (?, 0, ?, ?, 0, 1)",
            (group.chat_id, person.user_id, AGREEMENT.fingerprint),
        )
        base.execute(
            "INSERT INTO outbox (kind, unique_key, chat_id, arguments, run_at_milliseconds,"
            " created_at_milliseconds) SELECT 'consent-question', 'question:' || id, chat_id,"
            " '{\"question_id\": ' || id || '}', 0, ? FROM consent_questions WHERE user_id = ?",
            (time.time_ns() // 10**6, person.user_id),
        )


async def test_the_first_video_of_a_group_waits_for_the_yes_of_who_asked_for_it(
    shared: World,
) -> None:
    jon, kim = await shared.person("Jon"), await shared.person("Kim", agrees=False)
    group = await Group.create(shared, "Strangers", jon, kim)
    before = await downloads(shared)
    photo = await group.member(jon).sends_photo()
    talked = await group.member(kim).commands("/talk", reply_to=photo)
    service = label("service-other", host="127.0.0.1")
    asked = await group.sees(said("consent-group", service=service))
    assert await downloads(shared) == before
    await group.member(kim).presses(asked, AGREE)
    await group.sees(said("consent-agreed"))
    prompt = await group.sees("voice message", reply_to=talked)
    await group.member(kim).says(reply_to=prompt["message_id"])
    await group.sees_video()
