"""The real bot says on its port how it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from tests.support.deadlines import deadline, eventually
from tests.support.process import ended
from tests.support.world import world
from tests.web.conftest import port as port  # a fixture


async def test_the_real_bot_is_ready_soon_and_says_so(tmp_path: Path, port: int) -> None:
    async with (
        world(tmp_path, {"HTTP_PORT": str(port)}) as there,
        httpx.AsyncClient(timeout=deadline()) as http,
    ):
        settings = {"HTTP_PORT": there.settings["HTTP_PORT"]}

        async def answers() -> Any:
            try:
                answer = await http.get(f"http://127.0.0.1:{settings['HTTP_PORT']}/readyz")
            except httpx.TransportError:
                return None  # it is only starting
            return answer.json() if answer.is_success else None

        assert await eventually(answers) == {"status": "ok", "causes": {}}
        asked = await ended("health", cwd=tmp_path, settings=settings)
        assert (asked.code, asked.printed) == (0, "ok\n")
        await there.stop_bot()
        asked = await ended("health", cwd=tmp_path, settings=settings)
        assert asked.code == 1
        assert "does not answer" in asked.printed
