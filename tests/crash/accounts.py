"""What the tests of single faults begin with."""

from __future__ import annotations

import httpx

from bot.sandbox.dashscope.settings import DEMO_API_KEY
from tests.support.deadlines import deadline
from tests.support.person import Person
from tests.support.world import World


async def ask_for_video(world: World) -> Person:
    """Someone sends a photo and a voice."""
    ada = await world.person()
    await ada.sends_both()
    return ada


async def foreign_task(world: World) -> str:
    """Another client of the same account orders a video; its task's id."""
    base = world.settings["DASHSCOPE_BASE_URL"]
    async with httpx.AsyncClient(timeout=deadline()) as http:
        answer = await http.post(
            f"{base}/services/aigc/image2video/video-synthesis",
            headers={"Authorization": f"Bearer {DEMO_API_KEY}", "X-DashScope-Async": "enable"},
            json={
                "model": "wan2.2-s2v",
                "input": {"image_url": "https://a/b.jpg", "audio_url": "https://a/b.wav"},
                "parameters": {"resolution": "480P"},
            },
        )
    return str(answer.raise_for_status().json()["output"]["task_id"])
