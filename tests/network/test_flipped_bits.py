"""One bit of an answer is flipped under way: a passing fault, whoever asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import SecretStr
from telegram.error import NetworkError

from bot.clock import SystemClock
from bot.dashscope.client import DashScope
from bot.dashscope.errors import SubmitUnknown, Unanswered, Unsent
from bot.telegram.connection import build_bot, build_http
from bot.telegram.files import Files
from bot.telegram.polling import Poller, PollFailed
from tests.dashscope.fault_server import KEY, S2V, FaultServer, answer, fault_server
from tests.dashscope.test_download import leftovers
from tests.network.flipped_bits import FlippedBits, flipped_bits
from tests.support.clock import FakeClock
from tests.support.credentials import SECRET_TOKEN
from tests.support.local_telegram import LocalTelegram, local_telegram

pytestmark = pytest.mark.usefixtures("trusted")


@asynccontextmanager
async def telegram_over_tls(
    authority: trustme.CA,
) -> AsyncIterator[tuple[LocalTelegram, FlippedBits]]:
    async with local_telegram() as telegram, flipped_bits(telegram.url, authority) as line:
        yield telegram, line


@asynccontextmanager
async def provider_over_tls(
    authority: trustme.CA, reply: object
) -> AsyncIterator[tuple[DashScope, FaultServer, FlippedBits]]:
    async with (
        fault_server(answer(reply)) as server,
        flipped_bits(server.origin, authority) as line,
        build_http() as http,
    ):
        client = DashScope(
            http, base_url=f"{line.url}/api/v1", api_key=SecretStr(KEY), clock=SystemClock()
        )
        yield client, server, line
        await client.aclose()


async def test_a_poll_fails_and_the_next_one_is_answered(authority: trustme.CA) -> None:
    async with telegram_over_tls(authority) as (telegram, line), build_http() as http:
        bot = build_bot(SECRET_TOKEN, line.url)
        poller = Poller(bot, http, hold_seconds=0)
        await telegram.say("hello")
        line.garble("getUpdates")
        with pytest.raises(PollFailed):
            await poller.fetch(None)
        assert len(await poller.fetch(None)) == 1
        await bot.request.shutdown()
    assert len(line.garbled) == 1


@pytest.mark.parametrize("part", ["getFile", "/file/bot"])
async def test_a_download_is_repeated(authority: trustme.CA, part: str) -> None:
    async with telegram_over_tls(authority) as (telegram, line), build_http() as http:
        bot = build_bot(SECRET_TOKEN, line.url)
        photo = (await telegram.show())["photo"][-1]
        line.garble(part, times=2)
        data = await Files(bot=bot, http=http, clock=FakeClock()).download(photo["file_id"])
        await bot.request.shutdown()
    assert len(data) == photo["file_size"]
    assert len(line.garbled) == 2


async def test_a_call_to_telegram_fails_as_any_network_does(authority: trustme.CA) -> None:
    async with telegram_over_tls(authority) as (_, line):
        bot = build_bot(SECRET_TOKEN, line.url)
        line.garble("getMe")
        with pytest.raises(NetworkError):
            await bot.get_me()
        assert (await bot.get_me()).is_bot
        await bot.request.shutdown()


async def test_a_submission_is_unknown_and_never_unsent(authority: trustme.CA) -> None:
    accepted = {"output": {"task_id": "t-1", "task_status": "PENDING"}, "request_id": "r"}
    async with provider_over_tls(authority, accepted) as (client, server, line):
        line.garble("video-synthesis")
        with pytest.raises(SubmitUnknown):
            await client.submit(S2V)
        assert len(server.requests) == len(line.garbled) == 1
        assert await client.submit(S2V) == "t-1"


async def _uploads(client: DashScope, _: Path) -> object:
    return await client.upload("wan2.2-s2v", "photo.jpg", b"photo")


async def _fetches(client: DashScope, folder: Path) -> object:
    return await client.download(client._base_url + "/video.mp4", folder / "v.mp4")


CALLS: dict[str, tuple[Callable[[DashScope, Path], Awaitable[Any]], str]] = {
    "upload": (_uploads, "/uploads"),
    "detect": (lambda client, _: client.detect("wan2.2-s2v-detect", "https://x/"), "face-detect"),
    "query": (lambda client, _: client.query("t-1"), "/tasks/t-1"),
    "list": (lambda client, _: client.list_tasks("wan2.2-s2v"), "/tasks/"),
    "cancel": (lambda client, _: client.cancel("t-1"), "/cancel"),
    "download": (_fetches, "video.mp4"),
}


@pytest.mark.parametrize("call", CALLS)
async def test_every_other_call_to_the_provider_may_be_repeated(
    authority: trustme.CA, tmp_path: Path, call: str
) -> None:
    ask, part = CALLS[call]
    async with provider_over_tls(authority, {"request_id": "r"}) as (client, _, line):
        line.garble(part)
        with pytest.raises(Unanswered) as caught:
            await ask(client, tmp_path)
    assert not isinstance(caught.value, Unsent)
    assert len(line.garbled) == 1
    assert leftovers(tmp_path) == []
