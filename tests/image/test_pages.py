"""What docs/operating/container.md tells to type, typed: podman stands for docker."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox, serve_sandbox
from tests.image.conftest import IMAGE, NAME, Ended, command
from tests.image.test_image import free_port
from tests.machine.test_installation import fill_in
from tests.support.deadlines import eventually

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operating" / "container.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
HOST_NETWORK = "services: {bot: {network_mode: host}}\n"
"""The local services are on this machine's loopback."""


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A local Telegram and a local video service on free ports."""
    async with serve_sandbox(telegram_port=0, dashscope_port=0) as served:
        yield served


@pytest.fixture
async def clone(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Path]:
    """The files that the lines need; what they start ends with it."""
    for name in ("compose.yaml", "Containerfile", ".env.example"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "compose.override.yaml").write_text(HOST_NETWORK, "utf-8")
    yield tmp_path
    await typed("docker compose down --volumes", tmp_path)
    await typed(f"docker rm --force {NAME}; docker volume rm --force {NAME}", tmp_path)


async def typed(line: str, folder: Path) -> Ended:
    """On a machine without Docker, where the image was built before."""
    compose = shlex.quote(str(Path(sys.executable).with_name("podman-compose")))
    line = line.replace("docker compose", f"{compose} -p {NAME}").replace("docker ", "podman ")
    line = line.replace("--build", "--no-build").replace("exec bot", "exec -T bot")
    return await command("sh", "-c", f"cd {shlex.quote(str(folder))} && {line}")


def lines(block: str) -> list[str]:
    return [line.split(" #")[0].strip() for line in block.strip().splitlines()]


async def up(logs: str, folder: Path) -> None:
    """Wait until the bot says so: its database is there."""

    async def said() -> bool:
        return "the bot is up" in (await typed(logs, folder)).printed

    await eventually(said, "the bot is up")


async def test_the_lines_for_compose_lead_to_a_running_bot(clone: Path, sandbox: Sandbox) -> None:
    copy, *rest = lines(BLOCKS[0])
    assert (await typed(copy, clone)).code == 0
    fill_in(clone / ".env", {**sandbox.settings, "HTTP_PORT": str(free_port())})
    for line in rest:
        over = await typed(line, clone)
        assert over.code == 0, f"{line}\n{over.printed}"
        if line.startswith("docker compose up"):
            await up("docker compose logs bot", clone)
    volumes = (await typed("docker volume ls --quiet", clone)).printed.split()
    assert f"{NAME}_data" in volumes


async def test_the_lines_without_compose_run_and_stop_a_bot(clone: Path, sandbox: Sandbox) -> None:
    shutil.copy(clone / ".env.example", clone / ".env")
    fill_in(clone / ".env", {**sandbox.settings, "HTTP_PORT": str(free_port())})
    _, run, stop = lines(BLOCKS[1])
    run = run.replace("--name bot", f"--network host --name {NAME}")
    run = run.replace("--volume bot:", f"--volume {NAME}:")
    over = await typed(run.removesuffix("talking-photo") + IMAGE, clone)
    assert over.code == 0, over.printed
    await up(f"docker logs {NAME}", clone)
    over = await typed(stop.replace(" bot", f" {NAME}"), clone)
    assert over.code == 0, over.printed
    inspect = await typed(f"docker inspect --format '{{{{.State.ExitCode}}}}' {NAME}", clone)
    assert inspect.printed.strip() == "0"
