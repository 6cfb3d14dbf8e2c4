"""/last brings the last video back, from Telegram's own copy, else from the kept file."""

from __future__ import annotations

import pytest

from tests.support.chats import text_of
from tests.support.texts import said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_without_a_video_it_says_what_to_send(shared: World) -> None:
    ada = await shared.person()
    await ada.writes("/last")
    await ada.sees(said("last-none"))


async def test_the_last_video_comes_again_for_nothing_and_survives_a_forgotten_id(
    shared: World,
) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    first = await ada.sees_video()
    await ada.reaches("done")
    tasks, uploads = len((await shared.provider("tasks"))["tasks"]), await uploaded(shared)
    asked = await ada.writes("/last")
    again = await ada.sees(said("video-last"), reply_to=asked)
    assert again["video"]["file_unique_id"] == first["video"]["file_unique_id"]
    assert await uploaded(shared) == uploads

    forgets_the_id(shared)
    asked = await ada.writes("/last")
    again = await ada.sees(said("video-last"), reply_to=asked)
    assert await uploaded(shared) == uploads + 1
    assert await ada.video_bytes(again) == await ada.video_bytes(first)
    assert len((await shared.provider("tasks"))["tasks"]) == tasks


async def test_when_neither_has_it_that_is_said(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    await ada.reaches("done")
    for kept in (shared.directory / "bot-data" / "results").glob("*.mp4"):
        kept.unlink()
    forgets_the_id(shared)
    await ada.writes("/last")
    await ada.sees(said("last-gone"))
    assert sum("video" in message for message in await ada.heard()) == 1
    assert text_of((await ada.heard())[-1]) == said("last-gone")


async def uploaded(shared: World) -> int:
    return len([call for call in await shared.bot_calls("sendVideo") if call["files"]])


def forgets_the_id(shared: World) -> None:
    """Telegram does, the next time it is asked."""
    description = "Bad Request: wrong file identifier/HTTP URL specified"
    shared.faults.add("telegram", "sendVideo", "bad_request", params={"description": description})
