"""A loop that is stuck answers nobody: a thread does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import httpx
import pytest

from bot.web import sentinel
from bot.web.health import health_routes
from bot.web.sentinel import watched_from_outside
from bot.web.server import serving
from bot.web.signs import Health, Sign
from tests.support.deadlines import deadline, eventually


class Hand:
    """A clock that is set by hand, from any thread; its sleeps are short."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now_milliseconds(self) -> int:
        return 0

    def steady_seconds(self) -> float:
        return self.seconds

    async def sleep(self, _seconds: float) -> None:
        await asyncio.sleep(0.01)


class Bot:
    """Its server, in a loop of its own."""

    def __init__(self, port: int) -> None:
        self.clock = Hand()
        self.health = Health(clock=self.clock)
        self.begun: Future[asyncio.AbstractEventLoop] = Future()
        self.goes_on = threading.Event()
        self._port = port
        self._stop = asyncio.Event()

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        async with (
            serving(health_routes(self.health), self._port) as served,
            watched_from_outside(self.health, served.listeners),
        ):
            self.begun.set_result(asyncio.get_running_loop())
            await self._stop.wait()

    def gets_stuck(self) -> None:
        """Until `goes_on`; time has passed when it is."""
        stuck = threading.Event()
        self.begun.result().call_soon_threadsafe(self._hang, stuck)
        assert stuck.wait(deadline())
        self.clock.seconds += 80
        self.health.heard(Sign.TELEGRAM)

    def _hang(self, stuck: threading.Event) -> None:
        stuck.set()
        self.goes_on.wait()

    def ends(self) -> None:
        self.goes_on.set()
        self.begun.result().call_soon_threadsafe(self._stop.set)


@pytest.fixture
def bot(port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    monkeypatch.setattr(sentinel, "LOOK_SECONDS", 0.01)
    made = Bot(port)
    thread = threading.Thread(target=made.run)
    thread.start()
    made.begun.result(deadline())
    yield made
    made.ends()
    thread.join(deadline())
    assert not thread.is_alive()


async def test_a_stuck_loop_is_told_by_others_and_answers_itself_again(
    bot: Bot, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def asked(path: str = "healthz", verb: str = "GET") -> httpx.Response:
        async with httpx.AsyncClient(timeout=deadline()) as http:
            return await http.request(
                verb, f"http://127.0.0.1:{port}/{path}", content=b"x" * 10_000
            )

    assert (await asked()).status_code == 200
    bot.gets_stuck()
    for answer in [await asked(), await asked("telegram", "POST")]:
        assert answer.status_code == 503
        said: dict[str, Any] = answer.json()
        assert said == {"status": "dead", "causes": {"loop": Sign.LOOP.silence}}
    await eventually(lambda: "it is here" in caplog.text, "where it is stuck is logged")
    assert "self.goes_on.wait()" in caplog.text
    bot.goes_on.set()

    async def is_well() -> bool:
        return (await asked()).status_code == 200

    await eventually(is_well, "it answers by itself")
