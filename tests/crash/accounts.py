"""What the tests of single faults look at: the tasks, the bill and what the person sees."""

from __future__ import annotations

from typing import Any

import httpx

from bot.sandbox.dashscope.settings import DEMO_API_KEY
from tests.crash.world import CrashWorld, material
from tests.system.world import Person, eventually

Json = dict[str, Any]


async def ask_for_video(world: CrashWorld) -> Person:
    """Someone sends a photo and a voice."""
    ada = await world.person()
    photo, voice = material()
    await ada.send_file("photo", photo, "photo.jpg")
    await ada.send_file("voice", voice, "voice.ogg", raw=1)
    return ada


async def submissions(world: CrashWorld) -> list[Json]:
    """Every submission that reached the provider."""
    calls = (await world.provider("calls"))["calls"]
    return [call for call in calls if call["endpoint"] == "submit"]


async def billed_videos(world: CrashWorld) -> list[Json]:
    """The videos on the provider's bill."""
    videos: list[Json] = (await world.provider("bill"))["videos"]
    return videos


async def job_in(world: CrashWorld, *states: str) -> Json:
    """Wait for a job in one of these states."""

    async def look() -> Json | None:
        wanted = ", ".join(f"'{state}'" for state in states)
        rows = world.rows(f"SELECT * FROM jobs WHERE state IN ({wanted})")
        return rows[0] if rows else None

    return await eventually(look, f"a job that is {' or '.join(states)}")


async def videos_of(ada: Person) -> list[Json]:
    """The videos that are to be seen."""
    return [message for message in await ada.heard() if "video" in message]


async def foreign_task(world: CrashWorld) -> str:
    """Another client of the same account orders a video; its task's id."""
    base = world.settings["DASHSCOPE_BASE_URL"]
    async with httpx.AsyncClient(timeout=10) as http:
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
