"""What the bot answers in a group and what it leaves alone: rubbish, strangers, crowds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.chats import BOT_USERNAME, Json, text_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.media.photos import photo
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")

RIGHT_TO_LEFT = ("\u202eאבג\u200b\u200f" * 13)[:64]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("shared"), factor=10.0) as made:
        yield made


async def alone(shared: World) -> tuple[Person, Group]:
    ada = await shared.person("Ada")
    there = await Group.create(shared, "Faces", ada)
    await there.sees("I make photos speak")
    return ada, there


async def answers(there: Group, asked: int) -> list[Json]:
    """What the bot said to that message."""
    replies = [m for m in await there.heard() if "reply_to_message" in m]
    return [m for m in replies if m["reply_to_message"]["message_id"] == asked]


async def test_the_commands_of_a_group_answer_in_a_line_or_two(shared: World) -> None:
    ada, there = await alone(shared)
    member = there.member(ada)
    for command, text in (
        ("/queue", said("queue-empty")),
        ("/quota", "are left for you"),
        ("/status", said("group-status-nothing")),
        ("/cancel", said("cancel-nothing")),
        ("/last", said("group-last-none")),
        ("/help", said("group-help")),
        ("/start", said("group-help")),
        ("/nonsense", said("command-unknown")),
        ("/talk", said("group-how")),
    ):
        answer = await there.sees(text, reply_to=await member.commands(f"{command} rub bish"))
        assert len(text_of(answer).splitlines()) <= 2


async def test_the_long_help_is_one_press_away_in_the_private_chat(shared: World) -> None:
    ada, there = await alone(shared)
    help_ = await there.sees(said("group-help"), reply_to=await there.member(ada).commands("/help"))
    ((button,),) = help_["reply_markup"]["inline_keyboard"]
    assert button["url"] == f"https://t.me/{BOT_USERNAME}?start=help"
    await there.member(ada).taps_link("help")
    await ada.sees("Same face, new voice")
    await there.member(ada).taps_link("no-such-thing")
    await ada.sees(said("start-link-unknown"))


async def test_what_is_not_meant_for_the_bot_is_not_answered_even_where_it_sees_everything(
    shared: World,
) -> None:
    ada, there = await alone(shared)
    await there.sets_bot("administrator")
    member = there.member(ada)
    before = len(await there.heard())
    await member.writes("good morning")
    await member.sends_photo()
    await member.says()
    await member.writes("/talk@another_bot")
    await member.writes("/nonsense")
    await member.send_file("sticker", photo("WEBP"), "sticker.webp")
    edited = await member.writes("hm")
    await member.edits(edited, f"/talk@{BOT_USERNAME}")
    greeting = (await there.heard())[0]["message_id"]
    await member.writes("thank you", reply_to=greeting)
    await member.send_file("sticker", photo("WEBP"), "sticker.webp", reply_to=greeting)
    post = {"text": "/talk", "linked_channel": "News"}
    await shared.ask("POST", f"chats/{there.chat_id}/messages", post)
    done = await member.commands("/queue")
    await there.sees(said("queue-empty"), reply_to=done)
    assert len(await there.heard()) == before + 1
    stored = shared.rows(f"SELECT body FROM inbox WHERE body LIKE '%{there.chat_id}%'")
    updates = [json.loads(row["body"]) for row in stored]
    assert [one["message"]["text"] for one in updates if "message" in one] == [
        f"/queue@{BOT_USERNAME}"
    ]


async def test_what_cannot_speak_is_declined_politely(shared: World) -> None:
    ada, there = await alone(shared)
    member = there.member(ada)
    sticker = await member.send_file("sticker", photo("WEBP"), "sticker.webp")
    service = next(m["message_id"] for m in await there.chat() if "new_chat_members" in m)
    place = await member.send("location")
    for thing in (await member.writes("hello"), sticker, place, service):
        talk = await member.commands("/talk", reply_to=thing)
        await there.sees(said("talk-cannot"), reply_to=talk)


async def test_whoever_hides_is_asked_to_write_as_themselves(shared: World) -> None:
    ada, there = await alone(shared)
    command = f"/talk@{BOT_USERNAME}"
    hidden = await there.member(ada).writes(command, anonymous=True)
    await there.sees(said("group-write-as-yourself"), reply_to=hidden)
    post = {"text": command, "channel": "News"}
    posted = await shared.ask("POST", f"chats/{there.chat_id}/messages", post)
    sentence = said("group-write-as-yourself")
    await there.sees(sentence, reply_to=posted["message"]["message_id"])
    assert not shared.rows("SELECT * FROM people WHERE user_id IN (1087968824, 136817688, 777000)")
    assert not shared.rows(f"SELECT * FROM drafts WHERE chat_id = {there.chat_id}")


async def test_a_name_full_of_mischief_is_shown_as_one_harmless_word(shared: World) -> None:
    mischief = await shared.person(RIGHT_TO_LEFT)
    ada = await shared.person("Ada")
    there = await Group.create(shared, "Faces", ada, mischief)
    picture = await there.member(mischief).sends_photo()
    await there.member(ada).commands("/talk", reply_to=picture)
    asked = await there.sees("tap /notme")
    line = text_of(asked).splitlines()[-1]
    assert line.startswith("\u2068אבג")
    assert "\u202e" not in line
    assert line.index("\u2069") < line.index("this is yours")


async def test_the_queue_names_nobody_from_another_chat(shared: World) -> None:
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    ada, there = await alone(shared)
    ben = await shared.person("Ben")
    await ben.sends_photo()
    await ben.says()
    await ben.reaches("running")
    picture = await there.member(ada).sends_photo()
    await there.member(ada).commands("/talk", reply_to=picture)
    asked = await there.sees_key("*photo-ready*")
    await there.member(ada).says(reply_to=asked["message_id"])
    await ada.reaches("ready")
    queue = await there.sees("Being made", reply_to=await there.member(ada).commands("/queue"))
    assert text_of(queue).splitlines() == [
        said("queue-being-made", names=said("queue-elsewhere")),
        "One waits:",
        "1. you",
    ]
    await ben.writes("/queue")
    seen = await ben.sees("Being made")
    assert text_of(seen).splitlines()[-1] == said(
        "queue-place", place=1, name=said("queue-elsewhere")
    )
    await shared.tell_provider(render_seconds=2)
    await there.sees_video()


async def test_buttons_of_an_older_version_are_too_late(shared: World) -> None:
    ada, there = await alone(shared)
    (greeting, *_) = await there.heard()
    for data in ("talkagain:1", "notme", "notme:x", "newvoice:999999", "allow:1:2", "notme:-1"):
        answer = await there.member(ada).forges_press(greeting, data)
        assert answer in (label("answer-too-late"), label("answer-not-yours"))


async def test_thirty_people_in_the_same_second_get_one_answer_each(shared: World) -> None:
    people = [await shared.person(f"P{number}") for number in range(30)]
    there = await Group.create(shared, "Crowd", *people)
    await there.sees("I make photos speak")
    asked = await asyncio.gather(*[there.member(one).commands("/talk") for one in people])

    async def all_answered() -> list[list[Json]] | None:
        found = [await answers(there, message) for message in asked]
        return found if all(found) else None

    found = await eventually(all_answered, "an answer each")
    assert [len(one) for one in found] == [1] * 30
    calls = (await shared.ask("GET", "outbox"))["calls"]
    refused = [c["description"] for c in calls if c.get("error_code") == 429]
    assert not refused, "Telegram had to slow the bot down"
