"""A small world for one story: quick servers, bots that can be killed, caps that are known."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.sandbox_dashscope.caller import Caller
from tests.support.deadlines import deadline
from tests.support.person import Person
from tests.support.world import World, quick_world

QUOTA_MILLISECONDS = 60_000
BUDGET_MICRO_YUAN = 50_000_000


@asynccontextmanager
async def crash_world() -> AsyncIterator[World]:
    """Servers without a bot; whatever bot is left at the end is killed."""
    with tempfile.TemporaryDirectory(prefix="crash-", ignore_cleanup_errors=True) as folder:
        async with quick_world(
            Path(folder),
            ENGINE="wan2.2-s2v",
            QUOTA_SECONDS_PER_DAY=str(QUOTA_MILLISECONDS // 1000),
            BUDGET_YUAN_PER_DAY=str(BUDGET_MICRO_YUAN // 1_000_000),
        ) as made:
            yield made


async def ask_for_video(world: World) -> Person:
    """Someone sends a photo and a voice."""
    ada = await world.person()
    await ada.sends_both()
    return ada


async def foreign_task(world: World) -> str:
    """Another client of the same account orders a video; its task's id."""
    service = world.settings["DASHSCOPE_BASE_URL"].removesuffix("/api/v1")
    async with httpx.AsyncClient(base_url=service, timeout=deadline()) as http:
        files = {"image_url": "https://a/b.jpg", "audio_url": "https://a/b.wav"}
        return await Caller(http).submitted(**files)
