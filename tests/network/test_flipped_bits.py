"""One bit of an answer is flipped under way: a passing fault, whoever asked."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from telegram.error import NetworkError

from bot.clock import SystemClock
from bot.dashscope.client import DashScope
from bot.dashscope.errors import SubmitUnknown, Unanswered, Unsent
from bot.http_client import HttpClient
from bot.telegram.connection import build_bot
from bot.telegram.files import Files
from bot.telegram.polling import Poller, PollFailed
from tests.dashscope.fault_server import GARBLED, KEY, S2V, FaultServer, Reply, answer, fault_server
from tests.dashscope.test_download import leftovers
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.local_telegram import local_telegram

pytestmark = pytest.mark.usefixtures("trusted")


@asynccontextmanager
async def provider(
    *script: Reply, tls: ssl.SSLContext
) -> AsyncIterator[tuple[DashScope, FaultServer]]:
    async with fault_server(*script, tls=tls) as server, HttpClient() as http:
        client = DashScope(
            http, base_url=server.base_url, api_key=SecretStr(KEY), clock=SystemClock()
        )
        yield client, server


async def test_a_poll_fails_and_the_next_one_is_answered(tls: ssl.SSLContext) -> None:
    async with local_telegram(tls=tls) as telegram, HttpClient() as http:
        bot = build_bot(SECRET_TOKEN, telegram.url)
        poller = Poller(bot, http)
        await telegram.say("hello")
        telegram.fault("getUpdates", "garbled")
        with pytest.raises(PollFailed):
            await poller.fetch(None)
        assert len(await poller.fetch(None)) == 1
        await bot.request.shutdown()


@pytest.mark.parametrize("part", ["getFile", "download"])
async def test_a_download_is_repeated(tls: ssl.SSLContext, part: str) -> None:
    async with local_telegram(tls=tls) as telegram, HttpClient() as http:
        bot = build_bot(SECRET_TOKEN, telegram.url)
        photo = (await telegram.show())["photo"][-1]
        telegram.fault(part, "garbled", times=2)
        data = await Files(bot=bot, http=http, clock=FakeClock()).download(photo["file_id"])
        await bot.request.shutdown()
    assert len(data) == photo["file_size"]
    assert not telegram.faults.active()


async def test_a_call_to_telegram_fails_as_any_network_does(tls: ssl.SSLContext) -> None:
    async with local_telegram(tls=tls) as telegram:
        bot = build_bot(SECRET_TOKEN, telegram.url)
        telegram.fault("getMe", "garbled")
        with pytest.raises(NetworkError):
            await bot.get_me()
        assert (await bot.get_me()).is_bot
        await bot.request.shutdown()


async def test_a_submission_is_unknown_and_never_unsent(tls: ssl.SSLContext) -> None:
    accepted = {"output": {"task_id": "t-1", "task_status": "PENDING"}, "request_id": "r"}
    async with provider(GARBLED, answer(accepted), tls=tls) as (client, server):
        with pytest.raises(SubmitUnknown):
            await client.submit(S2V)
        assert len(server.requests) == 1
        assert await client.submit(S2V) == "t-1"


async def _uploads(client: DashScope, _: Path) -> object:
    return await client.upload("wan2.2-s2v", "photo.jpg", b"photo")


async def _fetches(client: DashScope, folder: Path) -> object:
    return await client.download(client._base_url + "/video.mp4", folder / "v.mp4")


CALLS: dict[str, Callable[[DashScope, Path], Awaitable[Any]]] = {
    "upload": _uploads,
    "detect": lambda client, _: client.detect("wan2.2-s2v-detect", "https://x/"),
    "query": lambda client, _: client.query("t-1"),
    "list": lambda client, _: client.list_tasks("wan2.2-s2v"),
    "cancel": lambda client, _: client.cancel("t-1"),
    "download": _fetches,
}


@pytest.mark.parametrize("call", CALLS)
async def test_every_other_call_to_the_provider_may_be_repeated(
    tls: ssl.SSLContext, tmp_path: Path, call: str
) -> None:
    async with provider(GARBLED, tls=tls) as (client, server):
        with pytest.raises(Unanswered) as caught:
            await CALLS[call](client, tmp_path)
    assert not isinstance(caught.value, Unsent)
    assert len(server.requests) == 1
    assert leftovers(tmp_path) == []
