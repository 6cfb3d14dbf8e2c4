"""Twenty people have a video made in one group, on a clock that runs twelve times as fast.

The whole bot runs in this process; the local Telegram counts by the same clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

import bot.app
from bot.clock import SystemClock
from bot.config import Settings
from bot.sandbox.dashscope import app as provider
from bot.sandbox.server import serve_sandbox
from tests.sandbox_dashscope.stand_in import HereRenderer
from tests.system.group import Group
from tests.system.world import Json, World, eventually

PEOPLE = 20
MOST_EDITS_A_MINUTE = 6
_FACTOR = 12
_FILM = {"video", "animation"}
"""Telegram makes an animation of a short video without a sound."""


class FastClock(SystemClock):
    """Twelve seconds for each of the machine's."""

    def __init__(self) -> None:
        self._wall, self._steady = super().now_milliseconds(), super().steady_seconds()

    def now_milliseconds(self) -> int:
        return self._wall + (super().now_milliseconds() - self._wall) * _FACTOR

    def steady_seconds(self) -> float:
        return self._steady + (super().steady_seconds() - self._steady) * _FACTOR

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / _FACTOR)


class _InThisProcess:
    """Stands where the tests look for the bot's process."""

    is_running = True

    def last_lines(self) -> str:
        return "the bot runs in the process of the test"


@asynccontextmanager
async def fast_world(directory: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Servers and bot on one fast clock."""
    clock = FastClock()
    monkeypatch.setattr(bot.app, "SystemClock", lambda: clock)
    monkeypatch.setattr(provider, "_preview_renderer", HereRenderer)
    async with (
        serve_sandbox(telegram_port=0, dashscope_port=0, render_seconds=2, clock=clock) as sandbox,
        httpx.AsyncClient(base_url=sandbox.telegram_base_url, timeout=60) as http,
    ):
        database = f"sqlite:///{directory / 'bot.db'}"
        names = {**sandbox.settings, "DATABASE_URL": database, "POLL_SECONDS": "5"}
        there = World(sandbox, directory, http, names)
        there.bot = _InThisProcess()  # type: ignore[assignment]
        stop = asyncio.Event()
        settings = Settings(**{name.lower(): value for name, value in names.items()})  # type: ignore[arg-type]
        running = asyncio.create_task(bot.app.run(settings, stop=stop))
        try:
            yield there
        finally:
            stop.set()
            await running


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
        await asyncio.sleep(0.2)
        return found if len(found) == len(hands) else None

    return await eventually(videos, "a video for everybody", deadline_seconds=240)


def most_within_a_minute(times_milliseconds: Iterable[int]) -> int:
    """The most of them in any sixty seconds."""
    times = sorted(times_milliseconds)
    return max((sum(at <= t < at + 60_000 for t in times) for at in times), default=0)


@pytest.mark.proof
async def test_all_get_their_videos_and_telegram_never_has_to_slow_the_bot_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fast_world(tmp_path, monkeypatch) as town:
        people = [await town.person(f"P{number}") for number in range(PEOPLE)]
        there = await Group.create(town, "Crowd", *people)
        videos = await all_have_a_video_made(there)
        calls = (await town.http.get("/sim/outbox")).json()["calls"]
        assert [call for call in calls if call.get("error_code") == 429] == []
        here = [c for c in calls if str(c["params"].get("chat_id")) == str(there.chat_id)]
        edits = [call["at"] for call in here if call["method"].startswith("editMessage")]
        assert most_within_a_minute(edits) <= MOST_EDITS_A_MINUTE
        for voice in videos:
            answers = [c for c in here if _answers(c, voice)]
            assert [c["method"] for c in answers].count("sendVideo") == 1
            assert [c["method"] for c in answers].count("sendMessage") <= 1


def _answers(call: Json, message_id: int) -> bool:
    return bool((call["params"].get("reply_parameters") or {}).get("message_id") == message_id)
