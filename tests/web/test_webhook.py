"""The webhook: what is answered 200 is on the disk, what is not comes again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from telegram import Update
from telegram.ext import MessageHandler, filters

from bot.clock import SystemClock
from bot.logs import Seldom
from bot.telegram.connection import build_application, build_bot
from bot.telegram.updates import UpdateLoop
from bot.web import webhook as module
from bot.web.server import serving
from bot.web.webhook import MOST_BYTES, refusals, webhook
from storage import inbox
from storage.db.database import Database
from storage.db.errors import DatabaseLocked
from tests.support.credentials import SECRET_TOKEN
from tests.support.deadlines import deadline, eventually, in_time
from tests.support.local_telegram import LocalTelegram, local_telegram

SECRET = SecretStr("s3cret_of-the-webhook")
HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET.get_secret_value()}


@dataclass
class Behind:
    """A bot behind a webhook, and what it handled; `gate` is open unless a test shuts it."""

    url: str
    database: Database
    http: httpx.AsyncClient
    loop: UpdateLoop
    texts: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, update: Update, _context: object) -> None:
        await self.gate.wait()
        assert update.message is not None
        self.texts.append(update.message.text or "")

    async def post(self, body: Any, headers: dict[str, str] | None = None) -> int:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = HEADER if headers is None else headers
        return (await self.http.post(self.url, content=content, headers=said)).status_code

    async def states(self) -> list[str]:
        return await self.database.column("SELECT state FROM inbox ORDER BY update_id")

    async def settles(self, *texts: str) -> None:
        """Everything that was taken is handled, and it was this."""

        async def look() -> bool:
            return set(await self.states()) == {"done"} and len(self.texts) >= len(texts)

        await eventually(look)
        assert self.texts == [*texts]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "bot.db", SystemClock())
    yield opened
    await opened.close()


@asynccontextmanager
async def behind(database: Database, port: int, telegram_url: str) -> AsyncIterator[Behind]:
    async def on_parked(update_id: int, reason: str) -> None:
        raise AssertionError(reason)

    application = build_application(build_bot(SECRET_TOKEN, telegram_url))
    loop = UpdateLoop(
        application=application,
        database=database,
        clock=SystemClock(),
        on_parked=on_parked,
        grace_seconds=0.2,
    )
    url = f"http://127.0.0.1:{port}/telegram"
    async with (
        application,
        httpx.AsyncClient(timeout=deadline(), trust_env=False) as http,
        serving([webhook(loop.receiver, SECRET)], port),
    ):
        made = Behind(url, database, http, loop)
        made.gate.set()
        application.add_handler(MessageHandler(filters.ALL, made.handle))
        task = asyncio.create_task(loop.run())
        try:
            yield made
        finally:
            loop.stop()
            await in_time(task)


@pytest.fixture
async def bot(database: Database, port: int, telegram: LocalTelegram) -> AsyncIterator[Behind]:
    async with behind(database, port, telegram.url) as made:
        yield made


@pytest.fixture
async def telegram() -> AsyncIterator[LocalTelegram]:
    async with local_telegram() as served:
        yield served


def message(number: int, text: str, chat_id: int = 7_001) -> dict[str, Any]:
    person = {"id": chat_id, "is_bot": False, "first_name": "Ada"}
    chat = {"id": chat_id, "type": "private", "first_name": "Ada"}
    about = {"message_id": number, "date": 1_780_000_000, "chat": chat, "from": person}
    return {"update_id": number, "message": {**about, "text": text}}


async def test_what_is_answered_200_is_on_the_disk_before_it_is_handled(bot: Behind) -> None:
    bot.gate.clear()
    assert await bot.post(message(1, "hello")) == 200
    assert await bot.states() == ["new"]
    bot.gate.set()
    await bot.settles("hello")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Telegram-Bot-Api-Secret-Token": ""},
        {"X-Telegram-Bot-Api-Secret-Token": SECRET.get_secret_value()[:-1]},
        {"X-Telegram-Bot-Api-Secret-Token": SECRET.get_secret_value() + "x"},
    ],
)
async def test_without_the_secret_a_request_has_no_effect(
    bot: Behind, headers: dict[str, str]
) -> None:
    assert await bot.post(message(1, "forged"), headers) == 403
    assert await bot.post(message(2, "real")) == 200
    await bot.settles("real")


async def test_who_has_no_secret_cannot_fill_the_log_and_is_counted(
    bot: Behind, caplog: pytest.LogCaptureFixture
) -> None:
    before = refusals[HTTPStatus.FORBIDDEN]
    for _ in range(50):
        assert await bot.post(message(1, "forged"), {}) == 403
    seldom = Seldom()
    said = [one for one in caplog.records if "refused" in one.msg and seldom.filter(one)]
    assert 1 <= len(said) < 5
    assert refusals[HTTPStatus.FORBIDDEN] == before + 50


async def test_a_body_over_a_megabyte_is_refused_however_it_is_sent(bot: Behind) -> None:
    large = json.dumps(message(1, "x" * MOST_BYTES)).encode()

    async def in_chunks() -> AsyncIterator[bytes]:
        yield large

    assert await bot.post(large) == 413
    assert (await bot.http.post(bot.url, content=in_chunks(), headers=HEADER)).status_code == 413
    assert await bot.post(message(2, "small")) == 200
    await bot.settles("small")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"[]", b"7", b"{}", b'{"update_id": "1"}']
)
async def test_what_is_no_update_is_not_taken(bot: Behind, body: bytes) -> None:
    assert await bot.post(body) == 400
    assert await bot.states() == []


async def test_a_request_that_is_cut_off_has_no_effect_and_comes_again(bot: Behind) -> None:
    whole = json.dumps(message(1, "hello")).encode()
    address = httpx.URL(bot.url)
    for cut in (0, 1, len(whole) // 2, len(whole) - 1):
        reader, writer = await asyncio.open_connection(address.host, address.port)
        secret = SECRET.get_secret_value()
        head = f"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: {len(whole)}\r\n"
        head += f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n\r\n"
        writer.write(head.encode() + whole[:cut])
        await writer.drain()
        writer.write_eof()
        assert b" 200 " not in await in_time(reader.read())
        writer.close()
    assert await bot.states() == []
    assert await bot.post(whole) == 200
    await bot.settles("hello")


async def test_a_request_whose_end_does_not_come_is_not_waited_for(
    bot: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BODY_SECONDS", 0.01)
    address = httpx.URL(bot.url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    secret = SECRET.get_secret_value()
    head = "POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n"
    writer.write(f"{head}X-Telegram-Bot-Api-Secret-Token: {secret}\r\n\r\n{{".encode())
    assert b" 408 " in await in_time(reader.readline())
    writer.close()
    assert await bot.states() == []


async def test_what_a_proxy_repeats_is_handled_once(bot: Behind) -> None:
    both = await asyncio.gather(*(bot.post(message(1, "once")) for _ in range(5)))
    await bot.settles("once")
    again = await bot.post(message(1, "once"))
    assert {*both, again} == {200}
    assert await bot.post(message(2, "next")) == 200
    await bot.settles("once", "next")


async def test_what_waits_in_a_chat_is_handled_in_the_order_of_its_numbers(bot: Behind) -> None:
    bot.gate.clear()
    for number in (10, 14, 12, 13, 11):
        assert await bot.post(message(number, str(number))) == 200
        await eventually(partial(bot.loop._begun.__contains__, number))
    bot.gate.set()
    await bot.settles("10", "11", "12", "13", "14")


async def test_what_arrives_together_is_stored_together(
    bot: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit each would keep the last one waiting for all of them."""
    commits, store = list[int](), inbox.store

    async def counted(tx: Any, updates: Any) -> None:
        commits.append(len(updates))
        await store(tx, updates)

    monkeypatch.setattr(inbox, "store", counted)
    bot.gate.clear()
    async with bot.database.transaction():
        posts = [asyncio.create_task(bot.post(message(n, str(n), n))) for n in range(1, 51)]
        await eventually(lambda: len(bot.loop.receiver._arrived) == len(posts))
    assert {await in_time(post) for post in posts} == {200}
    assert commits == [1, 49]


async def test_nobody_waits_for_what_came_after_them(
    bot: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    gates, store, begun = [asyncio.Event() for _ in range(3)], inbox.store, list[int]()

    async def held(tx: Any, updates: Any) -> None:
        begun.append(len(updates))
        await gates[len(begun) - 1].wait()
        await store(tx, updates)

    def arrive(*numbers: int) -> list[asyncio.Task[int]]:
        return [asyncio.create_task(bot.post(message(n, str(n), n))) for n in numbers]

    monkeypatch.setattr(inbox, "store", held)
    first = arrive(1)
    await eventually(lambda: begun == [1])
    second = arrive(*range(2, 12))
    await eventually(lambda: len(bot.loop.receiver._arrived) == 11)
    gates[0].set()
    await eventually(lambda: begun == [1, 10])
    third = arrive(12)
    await eventually(lambda: len(bot.loop.receiver._arrived) == 11)
    gates[1].set()
    assert {await in_time(post) for post in first + second} == {200}
    assert not third[0].done()
    gates[2].set()
    assert await in_time(third[0]) == 200


async def test_while_the_database_cannot_be_written_nothing_is_taken_and_all_comes_later(
    bot: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(*_: object) -> None:
        raise DatabaseLocked("another program")

    store = inbox.store
    monkeypatch.setattr(inbox, "store", locked)
    assert await bot.post(message(1, "hello")) == 503
    monkeypatch.setattr(inbox, "store", store)
    assert await bot.states() == []
    assert await bot.post(message(2, "more", 7_002)) == 200
    await eventually(lambda: "more" in bot.texts)
    assert await bot.post(message(1, "hello")) == 200
    await eventually(lambda: set(bot.texts) == {"hello", "more"})
    assert len(bot.texts) == 2


async def test_what_was_taken_is_handled_by_the_next_process(
    database: Database, port: int, telegram: LocalTelegram
) -> None:
    async with behind(database, port, telegram.url) as first:
        first.gate.clear()
        for number in (3, 2, 1):
            assert await first.post(message(number, str(number))) == 200
    async with behind(database, port, telegram.url) as second:
        await second.settles("1", "2", "3")
        assert await second.post(message(2, "2")) == 200
        assert await second.post(message(4, "4")) == 200
        await second.settles("1", "2", "3", "4")


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE"])
async def test_only_telegrams_way_of_asking_is_known(bot: Behind, verb: str) -> None:
    assert (await bot.http.request(verb, bot.url, headers=HEADER)).status_code == 405


async def test_an_update_that_nobody_can_read_is_taken_and_parked(
    database: Database, port: int, telegram: LocalTelegram
) -> None:
    """Telegram would repeat it for a day, and it would tell the operator nothing."""
    parked: list[int] = []
    async with behind(database, port, telegram.url) as bot:

        async def on_parked(update_id: int, _reason: str) -> None:
            parked.append(update_id)

        bot.loop._handling.on_parked = on_parked
        assert await bot.post({"update_id": 9, "message": "not an object"}) == 200
        await eventually(lambda: parked == [9])
