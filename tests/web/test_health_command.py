"""`talking-photo health`: how the bot is, for machines without curl."""

from __future__ import annotations

import asyncio

import pytest
from click.testing import CliRunner, Result
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import bot.__main__ as command_line
from bot.web.health import health_routes
from bot.web.server import serving
from bot.web.signs import Health, Sign
from tests.support.clock import FakeClock
from tests.support.deadlines import in_time


async def asks(**settings: str) -> Result:
    """The command, in a thread: what it asks is served by this loop."""
    settings = {"ENV_FILE": "", "PORT": "", "HTTP_PORT": "", **settings}
    run = CliRunner().invoke
    return await in_time(
        asyncio.to_thread(run, command_line.main, ["health"], env=settings, catch_exceptions=False)
    )


@pytest.fixture(autouse=True)
def _not_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "prctl", lambda *_: None)


async def test_it_says_in_a_line_how_the_bot_is(port: int) -> None:
    clock = FakeClock()
    health = Health(clock=clock)
    async with serving(health_routes(health), port):
        starting = await asks(HTTP_PORT=str(port))
        assert (starting.exit_code, starting.output) == (0, "starting\n")
        for sign in Sign:
            health.heard(sign)
        well = await asks(PORT=str(port))
        assert (well.exit_code, well.output) == (0, "ok\n")
        clock.advance(80)
        for sign in set(Sign) - {Sign.ROOM}:
            health.heard(sign)
        lacking = await asks(HTTP_PORT=str(port))
        assert (lacking.exit_code, lacking.output) == (0, f"degraded; {Sign.ROOM.silence}\n")
        clock.advance(80)
        dead = await asks(HTTP_PORT=str(port))
        assert dead.exit_code == 1
        assert dead.output.startswith(f"dead; {Sign.TELEGRAM.silence}; {Sign.LOOP.silence}; ")


async def test_who_does_not_answer_is_not_well(port: int) -> None:
    nobody = await asks(HTTP_PORT=str(port))
    assert nobody.exit_code == 1
    assert nobody.output.startswith(f"The bot does not answer on port {port} (")
    async with serving([Route("/healthz", lambda _: PlainTextResponse("hello"))], port):
        somebody = await asks(HTTP_PORT=str(port))
    assert (somebody.exit_code, somebody.output) == (
        1,
        f"Another program than the bot answers on port {port}.\n",
    )
    unset = await asks()
    assert (unset.exit_code, unset.output) == (
        1,
        "HTTP_PORT is not set: set it to a port such as 8080, for the bot as well.\n",
    )
