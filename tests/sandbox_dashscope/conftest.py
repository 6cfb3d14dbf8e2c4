"""The local DashScope, served on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.sandbox.dashscope.app import create_dashscope_app
from bot.sandbox.dashscope.settings import DEMO_API_KEY, ProviderSettings
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.serving import serve
from tests.sandbox_dashscope.caller import Caller
from tests.sandbox_dashscope.stand_in import FaceList, HereRenderer
from tests.support.clock import FakeClock

SECOND_KEY, OTHER_ACCOUNT_KEY = "sk-second-key-of-demo", "sk-key-of-another-account"


@dataclass
class Service:
    """The served provider and what a test may turn in it."""

    base_url: str
    http: httpx.AsyncClient
    clock: FakeClock
    journal: Journal
    renderer: HereRenderer
    faces: FaceList
    seen: int = 0

    def events(self, event_type: str) -> list[dict[str, Any]]:
        """What the journal got of a type during this test."""
        return [event for event in self.journal.since(self.seen) if event["type"] == event_type]

    async def as_new(self) -> None:
        """Forget what earlier tests did."""
        assert (await self.http.post("/sim/reset")).status_code == 200
        self.renderer.as_new()
        self.faces.as_new()
        self.seen = max((event["n"] for event in self.journal.since(0)), default=0)

    def as_key(self, key: str) -> Caller:
        return Caller(self.http, key)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Service]:
    clock = FakeClock(rate=1.0, jumps=False)
    journal, renderer, faces = Journal(clock), HereRenderer(), FaceList()
    keys = {DEMO_API_KEY: "demo", SECOND_KEY: "demo", OTHER_ACCOUNT_KEY: "other"}
    apps = create_dashscope_app(
        journal,
        FaultBoard(),
        clock=clock,
        settings=ProviderSettings(refuse_seconds=0.05, api_keys=keys),
        renderer=renderer,
        find_faces=faces,
    )
    async with (
        serve(apps.app) as base_url,
        httpx.AsyncClient(base_url=base_url, timeout=10) as http,
    ):
        yield Service(base_url, http, clock, journal, renderer, faces)


@pytest_asyncio.fixture(loop_scope="module")
async def service(served: Service) -> Service:
    """A server for each module; for each test as good as new."""
    await served.as_new()
    return served


@pytest.fixture
def caller(service: Service) -> Caller:
    return Caller(service.http)
