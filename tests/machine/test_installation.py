"""Where people install the bot: a fresh clone, in a folder of any name."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import sysconfig
import venv
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import __version__
from bot.commands.child import bot_environment
from bot.http_server import listener_on
from bot.sandbox.server import Sandbox, serve_sandbox
from tests.commands.test_run import up
from tests.support.process import Running, running

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
NOT_IN_A_CLONE = [".git", *(ROOT / ".gitignore").read_text("utf-8").replace("/", "").split()]
OURS = re.compile(r"_?(editable_impl_)?talking_photo.*|.*\.pth|__pycache__")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a clone holds, without what was made in it since."""
    folder = tmp_path / "Talking Photo – 会说话的照片"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_IN_A_CLONE))
    return folder


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """That of a platform: its `python` has the packages of requirements.txt, not the project."""
    platform = tmp_path / "platform"
    venv.create(platform, symlinks=True)
    packages = platform / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
    for each in Path(sysconfig.get_path("purelib")).iterdir():
        if not OURS.fullmatch(each.name):
            (packages / each.name).symlink_to(each)
    return {**bot_environment({}), "PATH": f"{platform / 'bin'}{os.pathsep}{os.defpath}"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A local Telegram and a local video service on free ports."""
    async with serve_sandbox(telegram_port=0, dashscope_port=0, render_seconds=0) as served:
        yield served


async def ended(words: str, clone: Path, environment: dict[str, str]) -> Running:
    """What a person types there."""
    async with running("sh", "-c", words, cwd=clone, environment=environment) as command:
        await command.ended()
        return command


async def runs(words: str, clone: Path, environment: dict[str, str], sandbox: Sandbox) -> None:
    """It brings up the bot, which goes on until it is asked to stop."""
    line = ("sh", "-c", f"exec {words}")
    async with running(*line, cwd=clone, environment=environment) as command:
        await up(command, sandbox)
        await command.stop(signal.SIGTERM)
    assert command.code == 0, command.printed


async def test_a_plain_checkout_needs_only_the_packages(
    clone: Path, environment: dict[str, str]
) -> None:
    over = await ended("python -m bot --version", clone, environment)
    assert (over.code, over.printed) == (0, f"talking-photo, version {__version__}\n")
    usage = await ended("python -m bot --help", clone, environment)
    assert usage.printed.startswith("Usage: python -m bot ")


async def test_the_procfile_runs_where_only_the_requirements_are_installed(
    clone: Path, environment: dict[str, str], sandbox: Sandbox
) -> None:
    """`web` first, as a platform does it; `worker` then takes over by itself."""
    lines = (clone / "Procfile").read_text("utf-8").splitlines()
    words = dict(line.split(": ", 1) for line in lines)
    assert sorted(words) == ["release", "web", "worker"]
    with listener_on("", 0) as keeper:
        port = str(keeper.getsockname()[1])
        address = {"PORT": port, "PUBLIC_URL": f"http://127.0.0.1:{port}"}
        behind = {**environment, **sandbox.settings, **address}
        over = await ended(words["release"], clone, behind)
        assert over.code == 0, over.printed
        async with running(
            "sh", "-c", f"exec {words['web']}", cwd=clone, environment=behind
        ) as web:
            await web.printing("the bot is up")
            await web.stop(signal.SIGTERM)
        assert web.code == 0, web.printed
    await runs(words["worker"], clone, {**environment, **sandbox.settings}, sandbox)


@pytest.mark.proof
async def test_the_readmes_steps_lead_from_a_fresh_clone_to_a_running_bot(
    clone: Path, sandbox: Sandbox
) -> None:
    """It fetches the packages, as its first step does."""
    section = README.split("## Deploy")[1].split("\n## ")[0]
    block = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)[0]
    *preparing, doctor, run = [line.split("#")[0].strip() for line in block.splitlines()]
    environment = {**bot_environment({}), "ENV_FILE": ".env"}
    environment["PATH"] = os.pathsep.join([str(Path(sys.base_prefix) / "bin"), os.defpath])
    for step in preparing:
        over = await ended(step, clone, environment)
        assert over.code == 0, over.printed
    fill_in(clone / ".env", sandbox.settings)
    over = await ended(doctor, clone, environment)
    assert over.code == 0, over.printed
    await runs(run, clone, environment, sandbox)


def fill_in(file: Path, settings: dict[str, str]) -> None:
    text = file.read_text("utf-8")
    for name in ("TELEGRAM_BOT_TOKEN", "DASHSCOPE_API_KEY"):
        text = text.replace(f"\n{name}=\n", f"\n{name}={settings[name]}\n")
    elsewhere = [name for name in settings if f"\n{name}=" not in text]
    file.write_text(text + "".join(f"{name}={settings[name]}\n" for name in elsewhere), "utf-8")
