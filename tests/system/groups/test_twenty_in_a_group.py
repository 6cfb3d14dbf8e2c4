"""Twenty people have a video made in one group, on a clock that runs twelve times as fast.

The local Telegram counts by the same clock, when calls arrive: one may have been under way for
long, and the next one not, so what the bot says within a minute may arrive within less.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.support.chats import Json
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.world import world

PEOPLE = 20
MOST_EDITS_A_MINUTE = 6
_FACTOR = 12
_LATE_MILLISECONDS = 3_000
"""So long, in real time, a call may be under way."""

_SPAN_MILLISECONDS = 60_000 - _FACTOR * _LATE_MILLISECONDS
_FILM = {"video", "animation"}
"""Telegram makes an animation of a short video without a voice."""


async def all_have_a_video_made(there: Group) -> dict[int, Json]:
    """Photo, /talk, voice, of everybody; the videos by the voice each of them answers."""
    hands = [there.member(person) for person in there.people.values()]
    asking = {}
    for hand in hands:
        shown = await hand.sends_photo()
        asking[await hand.commands("/talk", reply_to=shown)] = hand

    async def videos() -> dict[int, Json] | None:
        """One look for all: twenty pairs of eyes would slow the bot down."""
        heard = [(m.get("reply_to_message", {}).get("message_id"), m) for m in await there.heard()]
        for command, message in heard:
            if command in asking:
                await asking.pop(command).says(0.8, reply_to=message["message_id"])
        found = {voice: message for voice, message in heard if _FILM & message.keys()}
        return found if len(found) == len(hands) else None

    return await eventually(videos, "a video for everybody", steps=PEOPLE)


def most_within_a_minute(times_milliseconds: Iterable[int]) -> int:
    """The most of them that have certainly been made within one."""
    times = sorted(times_milliseconds)
    return max((sum(at <= t < at + _SPAN_MILLISECONDS for t in times) for at in times), default=0)


async def test_all_get_their_videos_once_each_and_the_group_is_not_full_of_edits(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {"POLL_SECONDS": "5"}, factor=_FACTOR, stand_ins=True) as shared:
        people = [await shared.person(f"P{number}") for number in range(PEOPLE)]
        there = await Group.create(shared, "Crowd", *people)
        videos = await all_have_a_video_made(there)
        calls = (await shared.http.get("/sim/outbox")).json()["calls"]
        here = [c for c in calls if str(c["params"].get("chat_id")) == str(there.chat_id)]
        edits = [call["at"] for call in here if call["method"].startswith("editMessage")]
        assert most_within_a_minute(edits) <= MOST_EDITS_A_MINUTE
        for voice in videos:
            answers = [c for c in here if _answers(c, voice)]
            assert [c["method"] for c in answers].count("sendVideo") == 1
            assert [c["method"] for c in answers].count("sendMessage") <= 1


def _answers(call: Json, message_id: int) -> bool:
    return bool((call["params"].get("reply_parameters") or {}).get("message_id") == message_id)
