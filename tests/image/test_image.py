"""What is in the image, and what it says of itself."""

from __future__ import annotations

import json
import random
import signal
import socket
from pathlib import Path
from typing import Any

from bot import __version__
from bot.sandbox.server import DEMO_BOT_TOKEN, serve_sandbox
from tests.image.conftest import HARDENED, IMAGE, Ended, command, container, podman

NOWHERE = "http://127.0.0.1:9"
MOST_BYTES = 600_000_000
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """For a container on this machine's network; none that others are given by chance meanwhile."""
    with socket.socket() as attempt:
        while attempt.connect_ex(("127.0.0.1", port := random.randrange(20_000, 30_000))) == 0:
            pass
        return port


async def run(*words: str, options: tuple[str, ...] = ()) -> Ended:
    """A command of the bot in a container of its own."""
    return await command("podman", "run", "--rm", *HARDENED, *options, IMAGE, *words)


def as_options(settings: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"--env={name}={value}" for name, value in settings.items())


async def inspected() -> dict[str, Any]:
    (found,) = json.loads(await podman("image", "inspect", IMAGE))
    return dict(found)


async def test_it_is_small() -> None:
    assert (await inspected())["Size"] <= MOST_BYTES


async def test_it_runs_as_nobody_on_one_volume() -> None:
    config = (await inspected())["Config"]
    assert config["User"] == "10001:10001"
    assert list(config["Volumes"]) == ["/data"]


async def test_its_labels_name_what_it_is_and_from_which_commit() -> None:
    labels = (await inspected())["Labels"]
    assert labels["org.opencontainers.image.title"] == "Talking Photo"
    assert labels["org.opencontainers.image.version"] == __version__
    assert len(labels["org.opencontainers.image.revision"]) == 40


async def test_only_the_program_is_in_it() -> None:
    """No settings, no tests, nothing to install packages with."""
    look = "cd /opt/talking-photo && ls -A app bin lib/*/*"
    found = set((await podman("run", "--rm", "--entrypoint=sh", IMAGE, "-c", look)).split())
    assert {"bot", "handlers", "storage"} <= found
    assert not found & {"tests", ".env", ".git", "pip", "setuptools"}


async def test_the_doctor_finds_all_well_with_half_a_gigabyte_and_no_rights() -> None:
    async with serve_sandbox(telegram_port=0, dashscope_port=0) as sandbox:
        options = ("--memory=512m", *as_options(sandbox.settings))
        over = await run("doctor", options=options)
    assert over.code == 0, over.printed
    assert "memory: 512 MB" in over.printed
    assert "media processes: shut off from files, network and other programs" in over.printed


async def test_without_settings_it_says_which_are_missing() -> None:
    over = await run()
    assert over.code == 1
    assert "TELEGRAM_BOT_TOKEN is missing: get a token from @BotFather" in over.printed


async def test_a_volume_of_root_is_answered_by_a_sentence(tmp_path: Path) -> None:
    options = (f"--volume={tmp_path}:/data", "--env=ENGINE=preview")
    over = await run(options=(*options, f"--env=TELEGRAM_BOT_TOKEN={DEMO_BOT_TOKEN}"))
    assert over.code == 1
    assert "/data cannot be written to (Permission denied)" in over.printed
    assert len(over.printed.splitlines()) == 1


async def test_stopped_in_its_first_moment_it_ends_at_once_and_is_not_killed() -> None:
    """The first process of a container ignores what it does not handle, as a bot that loads."""
    settings = {"TELEGRAM_BOT_TOKEN": DEMO_BOT_TOKEN, "TELEGRAM_BASE_URL": NOWHERE}
    others = {"ENGINE": "preview", "HTTP_PORT": str(free_port())}
    async with container(*as_options({**settings, **others})) as name:
        await podman("stop", "--time=20", name)
        code = await podman("inspect", "--format={{.State.ExitCode}}", name)
    assert int(code) in (0, 128 + signal.SIGTERM)
