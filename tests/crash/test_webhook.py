"""Killed behind a webhook between an update's receipt and its 200: none is lost, none comes twice.

WEBHOOK_KILLS says how often; a thousand were made by hand.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.crash.points import Crash, Side
from tests.support.deadlines import eventually
from tests.support.world import World, quick_world

pytestmark = pytest.mark.asyncio(loop_scope="function")

KILLS = int(os.environ.get("WEBHOOK_KILLS", "100"))
_COMMIT = "inbox.store-commit"
_POINTS: tuple[tuple[str, Side], ...] = (
    ("Receiver.receive", "before"),
    ("inbox.store", "before"),
    (_COMMIT, "before"),
    (_COMMIT, "after"),
    ("inbox.store", "after"),
    ("Receiver.receive", "after"),
)


async def settled(there: World, written: int) -> None:
    """All that was written so far is handled, and Telegram has nothing more to send."""

    async def look() -> bool:
        states = [row["state"] for row in there.rows("SELECT state FROM inbox")]
        telegram = await there.http.get(
            f"/bot{there.settings['TELEGRAM_BOT_TOKEN']}/getWebhookInfo"
        )
        waiting = telegram.json()["result"]["pending_update_count"]
        return states == ["done"] * written and not waiting

    await eventually(look, f"{written} updates are handled")


def next_crash(number: int, *, came_again: bool, was_stored: bool) -> Crash:
    """At the receipt of what is new: what comes again passes before it, and is stored if it was not
    yet.
    """
    point, side = _POINTS[number % len(_POINTS)]
    earlier = came_again and not was_stored if point == _COMMIT else came_again
    return Crash(point, side, 1 + earlier)


async def test_no_update_is_lost_and_none_comes_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_COMMAND", "web")
    async with quick_world(tmp_path) as there:
        there.is_traced = False
        ada = await there.person()
        for number in range(KILLS):
            stored = len(there.rows("SELECT 1 FROM inbox"))
            crash = next_crash(number, came_again=number > 0, was_stored=stored == number)
            await there.start_bot(crash)
            await settled(there, number)
            assert len(await ada.heard()) == number
            await ada.writes(f"text {number}")
            assert await there.bot.ended() == -signal.SIGKILL
        await there.start_bot()
        await settled(there, KILLS)
        assert len(await ada.heard()) == KILLS
        assert len(there.rows("SELECT 1 FROM inbox WHERE state = 'done'")) == KILLS
