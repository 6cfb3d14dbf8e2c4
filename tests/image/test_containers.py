"""The image at work: the demo by compose.yaml, and the bot, killed and started on its volume."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.commands.test_demo import agree, send, videos
from tests.image.conftest import NAME, command, container, podman
from tests.image.test_image import free_port
from tests.support.deadlines import deadline, eventually
from tests.support.process import slowness_now
from tests.support.world import HELD_SECONDS, QUICK_SECONDS, World, quick_world

COMPOSE = Path(__file__).parents[2] / "compose.yaml"
FIRST_VIDEO_SECONDS = 60.0
JOBS = int(os.environ.get("IMAGE_JOBS", "20"))
OWNER = 10_001


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The demo as compose.yaml has it, but with a name and a port that nobody else here has; the
    page's other side.
    """
    here = f"127.0.0.1:{free_port()}"
    file = folder / COMPOSE.name
    file.write_text(COMPOSE.read_text("utf-8").replace("127.0.0.1:8081:", f"{here}:"), "utf-8")
    program = Path(sys.executable).with_name("podman-compose")
    words = (str(program), "-f", str(file), "-p", NAME, "--profile", "demo")
    try:
        over = await command(*words, "up", "--detach", "--no-build", "demo")
        assert over.code == 0, over.printed
        async with httpx.AsyncClient(
            base_url=f"http://{here}", trust_env=False, timeout=deadline()
        ) as http:
            yield http
    finally:
        await command(*words, "down", "--volumes")


async def answers(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/")).is_success
    except httpx.TransportError:
        return False


async def test_the_demo_shows_its_first_video_within_a_minute_of_its_start(tmp_path: Path) -> None:
    since = time.monotonic()
    async with demo(tmp_path) as http:
        await eventually(lambda: answers(http), "the page")
        await send(http, "photo", "portrait")
        await agree(http)
        await send(http, "voice", "voice")
        await eventually(lambda: videos(http), "the first video")
        took = time.monotonic() - since
        print(f"the demo's first video came after {took:.0f} s")
    assert took <= FIRST_VIDEO_SECONDS * slowness_now()


@asynccontextmanager
async def bot(world: World) -> AsyncIterator[str]:
    """In a container whose volume is the world's folder."""
    for path in (world.directory, *world.directory.iterdir()):
        os.chown(path, OWNER, OWNER)
    port = {"HTTP_PORT": str(free_port())}
    settings = {**world.settings, **port, "DATABASE_URL": f"sqlite:////data/{world.database.name}"}
    options = [f"--env={name}={value}" for name, value in settings.items()]
    async with container(f"--volume={world.directory}:/data", *options) as name:
        yield name


def jobs(world: World) -> int:
    (row,) = world.rows("SELECT COUNT(*) AS jobs FROM jobs")
    return int(row["jobs"])


async def test_a_bot_that_is_killed_and_started_on_its_volume_loses_no_job(tmp_path: Path) -> None:
    async with quick_world(tmp_path, render_seconds=HELD_SECONDS, TMPDIR="/data") as world:
        people = [await world.person() for _ in range(JOBS)]
        async with bot(world) as name:
            for person in people:
                await person.sends_both()
            await eventually(lambda: jobs(world) == JOBS, "all jobs", steps=2)
            await podman("kill", "--signal=KILL", name)
            await world.tell_provider(render_seconds=QUICK_SECONDS)
            await podman("start", name)
            for person in people:
                await person.sees_video()
            await world.ledger_balances()
            await podman("exec", name, "talking-photo", "health")
            await podman("stop", "--time=30", name)
            code = await podman("inspect", "--format={{.State.ExitCode}}", name)
        assert code.strip() == "0"
        assert [len(await person.videos()) for person in people] == [1] * JOBS
        assert len(await world.billed_videos()) == JOBS
