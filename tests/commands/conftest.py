"""A sandbox in this process for commands in others; what `make` is given, and where it writes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.config.service import ServiceSettings
from bot.media.sound.normalise import normalise_sound
from bot.sandbox.server import Sandbox, serve_sandbox
from tests.support.deadlines import deadline
from tests.support.media.voices import VOICE_NOTE as VOICE

OUTPUT = ("-o", "out.mp4")


@pytest.fixture(autouse=True)
def _the_log_as_it_was() -> Iterator[None]:
    """A command that runs in this process sets it up, and the next test is to hear warnings."""
    root = logging.getLogger()
    level, handlers = root.level, [*root.handlers]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A local Telegram and a local video service on free ports."""
    async with serve_sandbox(telegram_port=0, dashscope_port=0, render_seconds=0) as served:
        yield served


def names_in(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="session")
def word(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first second of the sample voice: quicker to make a video of."""
    path = tmp_path_factory.mktemp("sound") / "word.wav"
    path.write_bytes(normalise_sound(VOICE.read_bytes(), limit_milliseconds=1_000).wav)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the video goes."""
    return tmp_path / "out.mp4"


async def provider(sandbox: Sandbox, path: str) -> Any:
    async with httpx.AsyncClient(
        base_url=sandbox.telegram_base_url, trust_env=False, timeout=deadline()
    ) as http:
        return (await http.get(f"/sim/provider/{path}")).json()


def paid(sandbox: Sandbox) -> dict[str, str]:
    """With a key set, a service is taken for the paid one, wherever it is."""
    names = ("DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL")
    return {"POLL_SECONDS": "0.05", **{name: sandbox.settings[name] for name in names}}


def settings_of(sandbox: Sandbox) -> ServiceSettings:
    """The same, for a call in this process."""
    return ServiceSettings(
        dashscope_api_key=SecretStr(sandbox.settings["DASHSCOPE_API_KEY"]),
        dashscope_base_url=sandbox.dashscope_base_url,
        poll_seconds=0.05,
    )
