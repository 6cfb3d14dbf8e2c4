"""Downloads over real sockets."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.serving import serve
from bot.telegram.connection import build_bot, build_http
from bot.telegram.errors import FileGone, FileTooBig, TelegramFailure, TokenRejected, TryAgain
from bot.telegram.files import DOWNLOAD_LIMIT_BYTES, Files
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.local_telegram import LocalTelegram

MEGABYTE = 1_000_000


@asynccontextmanager
async def files_of(base_url: str) -> AsyncIterator[Files]:
    """Downloads from there, waiting for nothing."""
    bot = build_bot(SECRET_TOKEN, base_url)
    async with build_http() as http:
        yield Files(bot=bot, http=http, clock=FakeClock())
    await bot.request.shutdown()


@pytest.fixture
async def files(telegram: LocalTelegram) -> AsyncIterator[Files]:
    """Downloads from the local Telegram."""
    async with files_of(telegram.url) as files:
        yield files


async def photo_of(telegram: LocalTelegram) -> dict[str, Any]:
    """The largest size of a photo the person just sent."""
    size: dict[str, Any] = (await telegram.show())["photo"][-1]
    return size


async def test_a_photo_comes_as_it_was_sent(telegram: LocalTelegram, files: Files) -> None:
    photo = await photo_of(telegram)
    data = await files.download(photo["file_id"], photo["file_size"])
    assert len(data) == photo["file_size"]
    assert data.startswith(b"\xff\xd8")


async def test_a_file_declared_too_big_is_not_asked_for(
    telegram: LocalTelegram, files: Files
) -> None:
    with pytest.raises(FileTooBig):
        await files.download("whatever", 20 * 1024 * 1024 + 1)
    assert await telegram.calls("getFile") == []


async def test_telegrams_own_word_for_too_big(telegram: LocalTelegram, files: Files) -> None:
    telegram.fault("getFile", "bad_request", description="file is too big")
    with pytest.raises(FileTooBig):
        await files.download("whatever")


async def test_an_unknown_file_is_gone(files: Files) -> None:
    with pytest.raises(FileGone):
        await files.download("AgACAgIAAx-unknown")


@pytest.mark.parametrize("match", ["getFile", "download"])
@pytest.mark.parametrize("kind", ["drop_before", "html", "rate_limit"])
async def test_what_fails_once_is_fetched_again(
    telegram: LocalTelegram, files: Files, match: str, kind: str
) -> None:
    photo = await photo_of(telegram)
    telegram.fault(match, kind)
    assert len(await files.download(photo["file_id"])) == photo["file_size"]


async def test_an_address_that_expired_is_asked_for_again(
    telegram: LocalTelegram, files: Files
) -> None:
    photo = await photo_of(telegram)
    telegram.fault("download", "status", code=404)
    assert len(await files.download(photo["file_id"])) == photo["file_size"]
    assert len(await telegram.calls("getFile")) == 2


@pytest.mark.parametrize("match", ["getFile", "download"])
async def test_what_keeps_failing_is_for_later(
    telegram: LocalTelegram, files: Files, match: str
) -> None:
    photo = await photo_of(telegram)
    telegram.fault(match, "status", times=None, code=502)
    with pytest.raises(TryAgain):
        await files.download(photo["file_id"])


async def test_a_file_that_lies_about_its_size_is_cut_off_while_it_arrives() -> None:
    sent = 0

    async def get_file(_request: Request) -> Response:
        result = {"file_id": "x", "file_unique_id": "y", "file_path": "endless"}
        return JSONResponse({"ok": True, "result": result})

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10 * DOWNLOAD_LIMIT_BYTES:
            sent += MEGABYTE
            yield bytes(MEGABYTE)

    async def download(_request: Request) -> Response:
        return StreamingResponse(endless())

    routes = [
        Route("/bot{token}/getFile", get_file, methods=["POST"]),
        Route("/file/bot{token}/endless", download),
    ]
    async with serve(Starlette(routes=routes)) as base_url, files_of(base_url) as files:
        with pytest.raises(FileTooBig):
            await files.download("x")
    assert sent < 3 * DOWNLOAD_LIMIT_BYTES


@pytest.mark.parametrize(
    ("match", "kind", "params"),
    [
        ("getFile", "status", {"code": 401}),
        ("getFile", "drop_before", {}),
        ("download", "drop_before", {}),
        ("download", "status", {"code": 404}),
    ],
)
async def test_no_failure_and_no_log_line_of_ours_shows_the_token(
    telegram: LocalTelegram,
    files: Files,
    caplog: pytest.LogCaptureFixture,
    match: str,
    kind: str,
    params: dict[str, Any],
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    photo = await photo_of(telegram)
    telegram.fault(match, kind, times=None, **params)
    with pytest.raises(TelegramFailure) as failure:
        await files.download(photo["file_id"])
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("bot.telegram")]
    secret = SECRET_TOKEN.get_secret_value().partition(":")[2]
    assert secret not in repr(failure.value)
    assert secret not in "".join(ours)


async def test_a_rejected_token_is_told_apart(telegram: LocalTelegram, files: Files) -> None:
    telegram.fault("getFile", "status", code=401)
    with pytest.raises(TokenRejected):
        await files.download("x")
