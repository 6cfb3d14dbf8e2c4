"""`talking-photo run`: how the bot's process starts and ends."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import httpx

from bot.http_server import listener_on
from bot.sandbox.server import DEMO_BOT_TOKEN, Sandbox
from storage.db.lock import instance_lock
from tests.support.deadlines import deadline, eventually
from tests.support.process import Running, ended, started


async def polling(sandbox: Sandbox) -> bool:
    async with httpx.AsyncClient(
        base_url=sandbox.telegram_base_url, trust_env=False, timeout=deadline()
    ) as http:
        answer = await http.get("/sim/outbox", params={"method": "getUpdates"})
        return bool(answer.json()["calls"])


async def up(command: Running, sandbox: Sandbox) -> None:
    async def is_polling() -> bool:
        assert command.is_running, command.printed
        return await polling(sandbox)

    await eventually(is_polling)


async def test_wrong_settings_end_it_with_a_sentence_for_each(tmp_path: Path) -> None:
    over = await ended("run", cwd=tmp_path, settings={"QUOTA_SECONDS_PER_DAY": "much"})
    assert over.code == 1
    told = over.printed.splitlines()
    assert len(told) == 3
    assert any(line.startswith("QUOTA_SECONDS_PER_DAY ('much') is not a number") for line in told)
    assert any(line.startswith("TELEGRAM_BOT_TOKEN is missing") for line in told)


async def test_ctrl_c_ends_it_in_time_although_it_waits_for_messages(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with started("run", cwd=tmp_path, settings=sandbox.settings) as command:
        await up(command, sandbox)
        await command.stop(signal.SIGINT)
    assert command.code == 0, command.printed
    assert "Traceback" not in command.printed


async def test_a_service_that_cannot_serve_is_told_in_one_sentence(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    refused = {"http": 404, "code": "ModelNotFound", "message": "no such model"}
    sandbox.faults.add("provider", "get_policy", "code", times=None, params=refused)
    async with started("run", cwd=tmp_path, settings=sandbox.settings) as command:
        await up(command, sandbox)
        await eventually(lambda: "wan2.2-s2v is refused" in command.printed)
        await command.stop(signal.SIGTERM)
    assert command.code == 0, command.printed
    assert command.printed.count("is refused (ModelNotFound)") == 1
    assert "choose another ENGINE" in command.printed


async def test_a_second_bot_on_the_same_database_is_refused(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with instance_lock(tmp_path / "talking-photo.db"):
        over = await ended("run", cwd=tmp_path, settings=sandbox.settings)
    assert over.code == 1
    assert over.printed.splitlines()[-1].startswith("Another bot is running with this database")
    assert "Traceback" not in over.printed


async def test_a_token_that_telegram_refuses_ends_it(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add("telegram", "getMe", "status", times=None, params={"code": 401})
    over = await ended("run", cwd=tmp_path, settings=sandbox.settings)
    assert over.code == 1
    assert "Telegram does not know TELEGRAM_BOT_TOKEN" in over.printed.splitlines()[-1]


async def test_a_second_bot_on_the_same_token_says_so_and_stands_by(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.faults.add("telegram", "getUpdates", "conflict", times=None)
    async with started("run", cwd=tmp_path, settings=sandbox.settings) as command:
        await up(command, sandbox)
        await eventually(lambda: "operator-second-poller" in command.printed)
        await command.stop(signal.SIGTERM)
    assert command.code == 0, command.printed


async def test_the_token_is_in_no_line_of_the_log_even_at_debug(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = {**sandbox.settings, "LOG_LEVEL": "DEBUG", "BUDGET_YUAN_PER_DAYS": "1"}
    async with started("run", cwd=tmp_path, settings=settings) as command:
        await up(command, sandbox)
        await command.stop(signal.SIGTERM)
    assert command.code == 0, command.printed
    assert "did you mean BUDGET_YUAN_PER_DAY?" in command.printed
    assert DEMO_BOT_TOKEN.split(":")[1] not in command.printed
    assert sandbox.settings["DASHSCOPE_API_KEY"] not in command.printed


async def test_a_port_that_another_program_has_ends_it(sandbox: Sandbox, tmp_path: Path) -> None:
    with socket.create_server(("", 0)) as other:
        taken = {"HTTP_PORT": str(other.getsockname()[1])}
        over = await ended("run", cwd=tmp_path, settings=sandbox.settings | taken)
    assert over.code == 1
    assert over.printed.splitlines()[-1].endswith("or set HTTP_PORT to another.")
    assert "Traceback" not in over.printed


async def test_the_port_of_a_platform_is_served_when_none_is_set(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with listener_on("", 0) as keeper:
        port = keeper.getsockname()[1]
        settings = sandbox.settings | {"PORT": str(port)}
        async with started("run", cwd=tmp_path, settings=settings) as command:
            await up(command, sandbox)
            async with httpx.AsyncClient(trust_env=False, timeout=deadline()) as http:
                assert (await http.get(f"http://127.0.0.1:{port}/")).status_code == 404
            await command.stop(signal.SIGTERM)
    assert command.code == 0, command.printed
