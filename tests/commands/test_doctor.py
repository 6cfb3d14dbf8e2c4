"""`talking-photo doctor`, against the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.clock import SystemClock
from bot.commands.checks.provider import check_provider
from bot.commands.checks.telegram import check_telegram
from bot.commands.release import set_webhook
from bot.config.settings import Settings
from bot.http_client import HttpClient
from bot.sandbox.server import DEMO_BOT_TOKEN, Sandbox
from bot.sandbox.serving import serve
from tests.support.process import ended

UNKNOWN_KEY = "sk-unknown-key-00000000000000"
ME = {"id": 7, "is_bot": True, "first_name": "A bot", "username": "a_bot"}
WEBHOOK = {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
FILE = {"file_id": "x", "file_unique_id": "x"}


def settings_of(sandbox: Sandbox, key: str | None = None) -> Settings:
    return Settings(
        telegram_bot_token=SecretStr(DEMO_BOT_TOKEN),
        telegram_base_url=sandbox.telegram_base_url,
        dashscope_api_key=SecretStr(key or sandbox.settings["DASHSCOPE_API_KEY"]),
        dashscope_base_url=sandbox.dashscope_base_url,
    )


def lines(printed: str, level: str) -> list[str]:
    return [line for line in printed.splitlines() if line.startswith(level)]


async def telegram(settings: Settings) -> str:
    async with HttpClient(trust_env=False) as http:
        return "\n".join(
            str(finding) for finding in await check_telegram(settings, http, SystemClock())
        )


async def provider(settings: Settings) -> str:
    async with HttpClient(trust_env=False) as http:
        return "\n".join(map(str, await check_provider(settings, http, SystemClock())))


async def test_all_is_well_in_the_sandbox_and_costs_nothing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    slip = {"QUOTA_SECOND_PER_DAY": "5"}
    over = await ended("doctor", cwd=tmp_path, settings={**sandbox.settings, **slip})
    assert over.code == 0, over.printed
    assert lines(over.printed, "problem") == []
    assert not any("Telegram" in line for line in lines(over.printed, "warning"))
    for words in ("settings: all", "token is that of @", "the key works", "sample is read"):
        assert any(words in line for line in lines(over.printed, "ok")), words
    assert any("did you mean QUOTA_SECONDS_PER_DAY?" in w for w in lines(over.printed, "warning"))
    async with HttpClient(base_url=sandbox.telegram_base_url, trust_env=False) as http:
        polls = await http.get("/sim/outbox", params={"method": "getUpdates"})
        bill = await http.get("/sim/provider/bill")
    assert polls.json()["calls"] == []
    assert bill.json()["total_micro_yuan"] == 0


async def test_wrong_settings_are_told_and_the_rest_is_still_checked(tmp_path: Path) -> None:
    over = await ended("doctor", cwd=tmp_path, settings={"ENGINE": "sora"})
    assert over.code == 1
    assert any("ENGINE" in line for line in lines(over.printed, "problem"))
    assert any("sample is read" in line for line in lines(over.printed, "ok"))


async def test_a_clock_that_is_wrong_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    async def long_ago(request: Request) -> JSONResponse:
        result = ME if request.url.path.endswith("getMe") else WEBHOOK
        date = {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}
        return JSONResponse({"ok": True, "result": result}, headers=date)

    async with serve(
        Starlette(routes=[Route("/{path:path}", long_ago, methods=["GET", "POST"])])
    ) as base:
        settings = {**sandbox.settings, "TELEGRAM_BASE_URL": base}
        over = await ended("doctor", cwd=tmp_path, settings=settings)
    assert over.code == 1
    assert any("ahead of 127.0.0.1" in line for line in lines(over.printed, "problem"))


async def test_a_refused_token_is_told_without_showing_it(sandbox: Sandbox) -> None:
    sandbox.faults.add("telegram", "getMe", "status", times=None, params={"code": 401})
    told = await telegram(settings_of(sandbox))
    assert told.startswith("problem  Telegram: TELEGRAM_BOT_TOKEN is refused")
    assert DEMO_BOT_TOKEN.split(":")[1] not in told


async def test_a_refused_key_is_told_without_showing_it(sandbox: Sandbox) -> None:
    told = await provider(settings_of(sandbox, UNKNOWN_KEY))
    assert told.startswith("problem  video service:")
    assert "DASHSCOPE_API_KEY is refused" in told
    assert UNKNOWN_KEY not in told


async def test_a_webhook_that_is_left_over_is_no_problem(sandbox: Sandbox) -> None:
    bot = f"{sandbox.telegram_base_url}/bot{DEMO_BOT_TOKEN}"
    async with HttpClient(trust_env=False) as http:
        answer = await http.post(f"{bot}/setWebhook", json={"url": "http://127.0.0.1:9/x"})
    assert answer.json()["ok"] is True
    assert "warning  Telegram: a webhook to 127.0.0.1" in await telegram(settings_of(sandbox))


@pytest.mark.parametrize("spelt", ["https://bot.example", "https://Bot.Example:443"])
async def test_a_webhook_is_known_however_its_address_is_written(
    sandbox: Sandbox, spelt: str
) -> None:
    info = {"url": "https://bot.example/telegram", "pending_update_count": 90_000}
    info |= {"has_custom_certificate": False, "ip_address": "192.0.2.1"}
    body = {"ok": True, "result": info}
    sandbox.faults.add("telegram", "getWebhookInfo", "status", params={"code": 200, "body": body})
    settings = settings_of(sandbox).model_copy(update={"public_url": spelt})
    assert "ok       Telegram: messages are sent to bot.example" in await telegram(settings)


async def test_a_server_that_tells_of_no_webhook_refuses_no_token(sandbox: Sandbox) -> None:
    sandbox.faults.add("telegram", "getWebhookInfo", "status", times=None, params={"code": 404})
    told = await telegram(settings_of(sandbox))
    assert "warning  Telegram: getWebhookInfo is not known there" in told
    assert "problem" not in told


async def test_a_webhook_that_was_not_released_is_told(sandbox: Sandbox) -> None:
    settings = settings_of(sandbox).model_copy(update={"public_url": "http://127.0.0.1:9"})
    assert "problem  Telegram: messages are not sent to PUBLIC_URL" in await telegram(settings)
    await set_webhook(settings)
    assert "ok       Telegram: messages are sent to 127.0.0.1:9" in await telegram(settings)


@pytest.mark.parametrize("kind", ["html", "empty", "malformed", "drop_before"])
async def test_nonsense_from_either_side_is_one_problem(sandbox: Sandbox, kind: str) -> None:
    sandbox.faults.add("telegram", "*", kind, times=None)
    sandbox.faults.add("provider", "*", kind, times=None)
    for told in (await telegram(settings_of(sandbox)), await provider(settings_of(sandbox))):
        assert len(told.splitlines()) == 1
        assert told.startswith("problem")
        assert "check the network" in told


@pytest.mark.parametrize(
    ("code", "body", "told"),
    [
        (400, {"ok": False, "error_code": 400, "description": "Logged out"}, "is logged out there"),
        (400, {"ok": False, "error_code": 400, "description": "LOGGED_OUT"}, "is logged out there"),
        (401, "<html>Please sign in</html>", "a portal or another service"),
        (403, {"error": "forbidden"}, "a portal or another service"),
        (404, {"message": "no such route"}, "a portal or another service"),
    ],
)
async def test_what_stands_in_between_is_told_from_a_refused_token(
    sandbox: Sandbox, code: int, body: object, told: str
) -> None:
    sandbox.faults.add("telegram", "*", "status", times=None, params={"code": code, "body": body})
    said = await telegram(settings_of(sandbox))
    assert told in said
    assert "TELEGRAM_BOT_TOKEN" not in said


@pytest.mark.parametrize("folder", ["unset", "right", "missing"])
async def test_a_local_bot_api_server_needs_a_folder_that_can_be_read(
    sandbox: Sandbox, tmp_path: Path, folder: str
) -> None:
    picture = tmp_path / "files" / "7:token" / "photos" / "file_0.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"jpeg")
    answers = {
        "getMe": ME,
        "getWebhookInfo": WEBHOOK,
        "getUserProfilePhotos": {"total_count": 1, "photos": [[{**FILE, "width": 8, "height": 8}]]},
        "getFile": {**FILE, "file_path": str(picture)},
    }

    async def answer(request: Request) -> JSONResponse:
        return JSONResponse({"ok": True, "result": answers[request.url.path.split("/")[-1]]})

    there = {"unset": None, "right": tmp_path / "files", "missing": tmp_path / "no"}[folder]
    async with serve(
        Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])
    ) as base:
        changed = {"telegram_base_url": base, "telegram_files_dir": there}
        told = await telegram(settings_of(sandbox).model_copy(update=changed))
    assert ("problem" in told) is (folder != "right")
    assert "TELEGRAM_FILES_DIR" in told or f"files are read from {there}" in told


@pytest.mark.parametrize("code", [404, 500])
async def test_a_server_that_shows_no_pictures_refuses_no_token(
    sandbox: Sandbox, code: int
) -> None:
    sandbox.faults.add(
        "telegram", "getUserProfilePhotos", "status", times=None, params={"code": code}
    )
    told = await telegram(settings_of(sandbox))
    assert "warning  Telegram: files could not be tried" in told
    assert "problem" not in told


async def test_the_preview_engine_needs_no_service(sandbox: Sandbox) -> None:
    settings = Settings(telegram_bot_token=SecretStr(DEMO_BOT_TOKEN), engine="preview")
    assert "not used" in await provider(settings)
