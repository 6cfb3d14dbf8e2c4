"""A sandbox in this process, for commands in others."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.server import Sandbox, serve_sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A local Telegram and a local video service on free ports."""
    async with serve_sandbox(telegram_port=0, dashscope_port=0, render_seconds=0) as served:
        yield served
