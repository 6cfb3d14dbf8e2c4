"""`talking-photo web` and `release`: the bot behind a webhook."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.http_server import listener_on
from bot.sandbox.server import DEMO_BOT_TOKEN, Sandbox
from tests.support.deadlines import deadline, eventually
from tests.support.process import Running, ended, started


@pytest.fixture
def address() -> Iterator[dict[str, str]]:
    """Settings of a port that nobody else is given meanwhile."""
    with listener_on("", 0) as keeper:
        port = keeper.getsockname()[1]
        yield {"PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}


async def telegram(sandbox: Sandbox, path: str, body: Any = None) -> Any:
    async with httpx.AsyncClient(trust_env=False, timeout=deadline()) as http:
        url = f"{sandbox.telegram_base_url}/{path}"
        answer = await (http.get(url) if body is None else http.post(url, json=body))
        assert answer.is_success, answer.text
        return answer.json()


def left_in(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


async def calls(sandbox: Sandbox, method: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await telegram(sandbox, f"sim/outbox?method={method}"))["calls"]
    return found


async def webhook_of(sandbox: Sandbox) -> dict[str, Any]:
    info: dict[str, Any] = await telegram(sandbox, f"bot{DEMO_BOT_TOKEN}/getWebhookInfo")
    found: dict[str, Any] = info["result"]
    return found


async def up(command: Running) -> None:
    await command.printing("the bot is up")


async def says(sandbox: Sandbox, text: str) -> int:
    person = (await telegram(sandbox, "sim/people", {"first_name": "Ada"}))["user_id"]
    await telegram(sandbox, f"sim/chats/{person}/messages", {"text": text, "user_id": person})
    return int(person)


async def answered(sandbox: Sandbox, person: int) -> bool:
    return any(
        call["params"].get("chat_id") in (person, str(person))
        for call in await calls(sandbox, "sendMessage")
    )


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"PORT": ""}, "HTTP_PORT is missing: write the port"),
        ({"PORT": "http"}, "PORT ('http') is not a whole number: write a port"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL is missing: "),
    ],
)
async def test_without_its_port_or_address_it_ends_with_a_sentence(
    sandbox: Sandbox, tmp_path: Path, address: dict[str, str], wrong: dict[str, str], told: str
) -> None:
    over = await ended("web", cwd=tmp_path, settings=sandbox.settings | address | wrong)
    assert over.code == 1
    assert over.printed.startswith(told)
    assert len(over.printed.splitlines()) == 1


async def test_without_an_address_a_release_does_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    over = await ended("release", cwd=tmp_path, settings=sandbox.settings)
    assert over.code == 0
    assert over.printed.startswith("PUBLIC_URL is not set: nothing to do")
    assert not await calls(sandbox, "setWebhook")


async def test_a_release_tells_telegram_the_address_once_and_touches_no_database(
    sandbox: Sandbox, tmp_path: Path, address: dict[str, str]
) -> None:
    over = await ended("release", cwd=tmp_path, settings=sandbox.settings | address)
    assert over.code == 0, over.printed
    assert over.printed.strip() == f"Telegram sends messages to {address['PUBLIC_URL']}/telegram"
    assert len(await calls(sandbox, "setWebhook")) == 1
    kinds = ["callback_query", "message", "my_chat_member", "pre_checkout_query"]
    assert (await webhook_of(sandbox))["allowed_updates"] == kinds
    assert left_in(tmp_path) == []


async def test_an_address_that_telegram_refuses_is_said_in_its_words(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = sandbox.settings | {"PUBLIC_URL": "https://bot.example"}
    over = await ended("release", cwd=tmp_path, settings=settings)
    assert over.code == 1
    assert over.printed.startswith("Telegram refuses PUBLIC_URL (Bad webhook: ")


@pytest.mark.parametrize(
    ("lacks", "told"),
    [
        ("setWebhook", "TELEGRAM_BASE_URL: setWebhook is not known there"),
        ("*", "Telegram does not know TELEGRAM_BOT_TOKEN"),
    ],
)
async def test_a_release_blames_the_token_only_where_it_is_not_known(
    sandbox: Sandbox, tmp_path: Path, address: dict[str, str], lacks: str, told: str
) -> None:
    sandbox.faults.add("telegram", lacks, "status", times=None, params={"code": 404})
    over = await ended("release", cwd=tmp_path, settings=sandbox.settings | address)
    assert over.code == 1
    assert over.printed.startswith(told)
    assert len(over.printed.splitlines()) == 1


async def test_behind_a_webhook_it_answers_and_after_that_polls_again_by_itself(
    sandbox: Sandbox, tmp_path: Path, address: dict[str, str]
) -> None:
    """Under a path that the proxy before it does not take away."""
    address["PUBLIC_URL"] += "/bots/ada"
    settings = sandbox.settings | address | {"LOG_LEVEL": "DEBUG"}
    await ended("release", cwd=tmp_path, settings=settings)
    async with started("web", cwd=tmp_path, settings=settings) as web:
        await up(web)
        person = await says(sandbox, "/start")
        await eventually(lambda: answered(sandbox, person))
        assert not await calls(sandbox, "getUpdates")
        refused = await ended("run", cwd=tmp_path, settings=sandbox.settings)
        assert refused.printed.splitlines()[-1].startswith("Another bot is running with this")
        await web.stop(signal.SIGTERM)
    assert web.code == 0, web.printed
    waiting = await says(sandbox, "/start")
    async with started("run", cwd=tmp_path, settings=sandbox.settings) as run:
        await eventually(lambda: answered(sandbox, waiting))
        await run.stop(signal.SIGTERM)
    assert "a webhook is set for this bot: it is removed, polling takes over" in run.printed
    assert (await webhook_of(sandbox))["url"] == ""
    (removed,) = await calls(sandbox, "deleteWebhook")
    assert removed["params"].get("drop_pending_updates") in (None, False, "false")
    (was_set,) = await calls(sandbox, "setWebhook")
    assert was_set["params"]["secret_token"] not in web.printed
