"""What a person can ask for, and what they read."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.texts import LANGUAGES
from handlers.menus import FOR_PEOPLE, MENUS
from tests.support.chats import text_of
from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.texts import LONGEST_SECONDS, said
from tests.support.world import HELD_SECONDS, MIDDAY, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"QUOTA_SECONDS_PER_DAY": "12.5"}


async def asks(person: Person, command: str) -> str:
    """The bot's answer to a command."""
    sent = await person.writes(command)
    return text_of(await person.sees("", reply_to=sent))


async def test_start_says_what_to_send_and_how_much_there_is(shared: World) -> None:
    greeting = await asks(await shared.person(), "/start")
    assert greeting == said("start", longest=LONGEST_SECONDS, left=12.5)


async def test_help_names_every_other_command_once(shared: World) -> None:
    answer = await asks(await shared.person(), "/help")
    assert answer == said("help", longest=LONGEST_SECONDS)
    named = re.findall(r"^/(\w+)", answer, re.MULTILINE)
    assert named == [name for name in FOR_PEOPLE if name not in ("start", "help")]


async def test_a_command_there_is_not_points_at_help(shared: World) -> None:
    assert await asks(await shared.person(), "/sing") == said("command-unknown")


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_commands_are_in_the_menu(shared: World, language: str) -> None:
    ada = await shared.person()

    async def all_are_published() -> bool:
        return len(await shared.bot_calls("setMyCommands")) == len(MENUS) * len(LANGUAGES)

    await eventually(all_are_published, "the menus")
    answer = await shared.http.get(
        f"/sim/chats/{ada.user_id}/commands", params={"language_code": language}
    )
    catalogue = "zh-hans" if language == "zh" else "en"
    assert answer.json()["commands"] == [
        {"command": name, "description": said(f"command-{name}", catalogue)} for name in FOR_PEOPLE
    ]


async def test_quota_shows_what_was_used_and_when_it_starts_afresh(shared: World) -> None:
    ada = await shared.person()
    fresh = await asks(ada, "/quota")
    assert "0 s used · 0 s reserved · 12.5 s left of 12.5 s" in fresh
    assert f"It resets tomorrow at 00:00 ({MIDDAY})." in fresh
    assert "▱" * 12 in fresh
    await ada.sends_photo()
    await ada.says(2)
    await ada.reaches("done")
    used = await asks(ada, "/quota")
    assert "2 s used · 0 s reserved · 10.5 s left of 12.5 s" in used
    assert "▰▰▱" in used


@pytest.mark.proof
async def test_quota_counts_what_a_job_has_set_aside(shared: World) -> None:
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.reaches("running")
    assert "0 s used · 0.9 s reserved · 11.6 s left of 12.5 s" in await asks(ada, "/quota")
    assert said("status-jobs", count=1) in await asks(ada, "/status")
    await shared.tell_provider(render_seconds=0.2)
    await ada.reaches("done")
    assert await asks(ada, "/status") == said("status-photo")


async def test_status_and_a_text_say_what_is_missing(shared: World) -> None:
    nobody, with_photo, with_voice = [await shared.person() for _ in range(3)]
    photo, voice = await with_photo.sends_photo(), await with_voice.says()
    await with_photo.sees_key("*photo-ready*", reply_to=photo)
    await with_voice.sees_key("voice-ready*", reply_to=voice)
    answers = await asyncio.gather(
        *(asks(person, "/status") for person in (nobody, with_photo, with_voice)),
        *(asks(person, "Hello?") for person in (nobody, with_photo, with_voice)),
    )
    keys = ("status-nothing", "status-photo", "status-voice")
    hints = ("hint-text", "hint-text-photo-kept", "hint-text-voice-kept")
    assert answers == [said(key) for key in (*keys, *hints)]


async def test_cancel_without_anything_says_so(shared: World) -> None:
    assert await asks(await shared.person(), "/cancel") == said("cancel-nothing")


async def test_cancel_forgets_what_was_sent(shared: World) -> None:
    ada = await shared.person()
    voice = await ada.says()
    await ada.sees_key("voice-ready*", reply_to=voice)
    assert await asks(ada, "/cancel") == said("cancel-draft")
    assert await asks(ada, "/status") == said("status-nothing")
    assert await asks(ada, "/cancel") == said("cancel-nothing")


async def test_after_a_refused_photo_there_is_nothing_to_cancel(shared: World) -> None:
    ada = await shared.person()
    photo = await ada.send_file("document", b"no picture", "cat.jpg")
    await ada.sees(said("photo-not_a_picture"), reply_to=photo)
    assert await asks(ada, "/cancel") == said("cancel-nothing")
    assert await asks(ada, "/status") == said("status-nothing")


async def test_a_command_with_the_bots_name_is_the_command(shared: World) -> None:
    name = (await shared.http.get("/sim/state")).json()["bot"]["username"]
    answer = await asks(await shared.person(), f"/help@{name}")
    assert answer == said("help", longest=LONGEST_SECONDS)
