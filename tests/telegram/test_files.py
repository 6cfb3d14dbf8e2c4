"""Downloads over real sockets."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.http_client import HttpClient
from bot.media.exchange import DOWNLOAD_LIMIT_BYTES
from bot.sandbox.serving import serve
from bot.telegram.connection import build_bot
from bot.telegram.errors import (
    FileGone,
    FileNotHere,
    FileTooBig,
    TelegramFailure,
    TokenRejected,
    TryAgain,
)
from bot.telegram.files import Files, read_from
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.local_telegram import LocalTelegram

MEGABYTE = 1_000_000


@asynccontextmanager
async def files_of(base_url: str, folder: Path | None = None) -> AsyncIterator[Files]:
    """Downloads from there, waiting for nothing."""
    bot = build_bot(SECRET_TOKEN, base_url)
    try:
        async with HttpClient() as http:
            yield Files(bot=bot, http=http, clock=FakeClock(), folder=folder)
    finally:
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


@pytest.fixture
async def on_disk(telegram: LocalTelegram) -> tuple[str, Path]:
    """A Bot API server with --local: a photo's id, and where the server says that it is."""
    await telegram.sim("PATCH", "/settings", {"local_mode": True})
    file_id = (await photo_of(telegram))["file_id"]
    return file_id, Path((await telegram.call("getFile", file_id=file_id))["file_path"])


async def read(telegram: LocalTelegram, folder: Path | None, file_id: str) -> bytes:
    async with files_of(telegram.url, folder) as files:
        return await files.download(file_id)


async def test_a_file_of_a_local_server_is_read_from_its_disk(
    telegram: LocalTelegram, on_disk: tuple[str, Path], tmp_path: Path
) -> None:
    file_id, path = on_disk
    assert await read(telegram, path.parents[2], file_id) == path.read_bytes()
    link = tmp_path / "link"
    link.symlink_to(path.parents[2])
    assert await read(telegram, link, file_id) == path.read_bytes()


def test_a_file_is_found_where_the_folder_is_mounted(tmp_path: Path) -> None:
    file = tmp_path / "7:secret" / "voice" / "file_1.oga"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"ogg")
    assert read_from(tmp_path, "/var/lib/telegram-bot-api/7:secret/voice/file_1.oga") == b"ogg"
    for named in ("/etc/passwd", "/x/7:secret/../../../etc/passwd", "/7:secret/voice"):
        with pytest.raises(FileNotHere):
            read_from(tmp_path, named)


async def test_a_file_of_a_local_server_that_cannot_be_read_is_no_passing_fault(
    telegram: LocalTelegram, on_disk: tuple[str, Path], tmp_path: Path
) -> None:
    file_id, path = on_disk
    secret = tmp_path / "secret"
    secret.write_bytes(b"not for them")
    for folder in (None, tmp_path / "missing"):
        with pytest.raises(FileNotHere):
            await read(telegram, folder, file_id)
    for put in (path.symlink_to, lambda _: os.mkfifo(path)):
        path.unlink()
        put(secret)
        with pytest.raises(FileNotHere):
            read_from(path.parents[2], str(path))


async def test_a_file_of_a_local_server_has_the_same_limit(on_disk: tuple[str, Path]) -> None:
    _, path = on_disk
    with path.open("ab") as file:
        file.truncate(DOWNLOAD_LIMIT_BYTES + 1)
    with pytest.raises(FileTooBig):
        read_from(path.parents[2], str(path))


async def test_a_page_in_the_place_of_a_file_is_not_taken_for_it(
    telegram: LocalTelegram, files: Files
) -> None:
    photo = await photo_of(telegram)
    page = "<html>Please sign in</html>"
    telegram.fault("download", "status", code=200, body=page, times=1)
    assert len(await files.download(photo["file_id"])) == photo["file_size"]


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
