"""`talking-photo sandbox`."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.support.deadlines import deadline, eventually
from tests.support.process import ended, started

FREE_PORTS = ("--telegram-port", "0", "--dashscope-port", "0")


def settings_in(printed: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(\S+)$", printed, re.MULTILINE))


async def polls(http: httpx.AsyncClient, base: str) -> list[object]:
    calls: list[object] = (await http.get(f"{base}/sim/outbox?method=getUpdates")).json()["calls"]
    return calls


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_what_it_prints_is_all_a_client_needs(tmp_path: Path, number: signal.Signals) -> None:
    async with (
        started("sandbox", *FREE_PORTS, cwd=tmp_path) as command,
        httpx.AsyncClient(trust_env=False, timeout=deadline()) as http,
    ):
        await command.printing("Ctrl-C stops")
        settings = settings_in(command.printed)
        bot = f"{settings['TELEGRAM_BASE_URL']}/bot{settings['TELEGRAM_BOT_TOKEN']}"
        key = {"Authorization": f"Bearer {settings['DASHSCOPE_API_KEY']}"}
        me = await http.get(f"{bot}/getMe")
        tasks = await http.get(f"{settings['DASHSCOPE_BASE_URL']}/tasks/", headers=key)
        assert me.json()["result"]["is_bot"] is True
        assert tasks.json()["total"] == 0
        assert await command.stop(number) == 0


async def test_it_stops_although_somebody_is_waiting_for_updates(tmp_path: Path) -> None:
    async with (
        started("sandbox", *FREE_PORTS, cwd=tmp_path) as command,
        httpx.AsyncClient(trust_env=False, timeout=deadline()) as http,
    ):
        await command.printing("Ctrl-C stops")
        settings = settings_in(command.printed)
        base = settings["TELEGRAM_BASE_URL"]
        polling = asyncio.ensure_future(
            http.get(f"{base}/bot{settings['TELEGRAM_BOT_TOKEN']}/getUpdates?timeout=50")
        )
        await eventually(lambda: polls(http, base))
        assert await command.stop(signal.SIGTERM) == 0
        await asyncio.gather(polling, return_exceptions=True)


async def test_the_page_can_steer_both_sides_from_one_port(tmp_path: Path) -> None:
    async with (
        started("sandbox", *FREE_PORTS, "--render-seconds", "1.5", cwd=tmp_path) as command,
        httpx.AsyncClient(trust_env=False, timeout=deadline()) as http,
    ):
        await command.printing("Ctrl-C stops")
        base = settings_in(command.printed)["TELEGRAM_BASE_URL"]
        assert (await http.get(f"{base}/sim/state")).status_code == 200
        provider = (await http.get(f"{base}/sim/provider/settings")).json()
        assert provider["render_seconds"] == 1.5


async def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        over = await ended("sandbox", *FREE_PORTS, "--telegram-port", str(port), cwd=tmp_path)
    assert over.code == 1
    assert over.printed.strip() == (
        f"Port {port} of this machine cannot be used (Address already in use): stop what listens "
        "there, or choose another."
    )
