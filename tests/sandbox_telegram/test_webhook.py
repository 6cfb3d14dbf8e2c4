"""Webhooks: updates posted with the secret until they are taken."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.serving import serve
from bot.sandbox.telegram.bots.webhook import Webhook
from tests.support.deadlines import eventually
from tests.support.local_telegram import LocalTelegram


class Receiver:
    """A bot's webhook that answers as told."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[str | None, dict[str, Any]]] = []
        self.url = ""
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.refusing: set[int] = set()
        """Chats whose updates are not taken."""

    async def receive(self, request: Request) -> Response:
        secret = request.headers.get("x-telegram-bot-api-secret-token")
        update = await request.json()
        self.got.append((secret, update))
        await self.is_open.wait()
        if update["message"]["chat"]["id"] in self.refusing:
            return Response(status_code=503)
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)

    def texts(self) -> list[str]:
        return [update["message"]["text"] for _, update in self.got]

    async def has(self, *texts: str) -> None:
        async def check() -> bool:
            return self.texts() == list(texts)

        await eventually(check)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = Starlette(routes=[Route("/hook", made.receive, methods=["POST"])])
    async with serve(app) as url:
        made.url = f"{url}/hook"
        yield made


async def test_updates_are_posted_with_the_secret(
    telegram: LocalTelegram, receiver: Receiver
) -> None:
    await telegram.write("waiting")
    await telegram.call("setWebhook", url=receiver.url, secret_token="s3cret-Token_1")
    await telegram.write("live")
    await receiver.has("waiting", "live")
    assert {secret for secret, _ in receiver.got} == {"s3cret-Token_1"}


async def test_a_refused_update_is_posted_again_in_order(
    telegram: LocalTelegram, receiver: Receiver
) -> None:
    await telegram.sim("PATCH", "/settings", {"webhook_retry_seconds": 0.01})
    receiver.statuses = [500, 502]
    await telegram.call("setWebhook", url=receiver.url)
    await telegram.write("one")
    await telegram.write("two")
    await receiver.has("one", "one", "one", "two")
    info = await telegram.call("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 502 Bad Gateway"


async def test_a_webhook_and_polling_exclude_each_other(
    telegram: LocalTelegram, receiver: Receiver
) -> None:
    await telegram.call("setWebhook", url=receiver.url, allowed_updates=["message"])
    info = await telegram.call("getWebhookInfo")
    assert (info["url"], info["allowed_updates"]) == (receiver.url, ["message"])
    answer = await telegram.ask("getUpdates")
    assert answer["error_code"] == 409
    assert "webhook is active" in answer["description"]
    await telegram.call("deleteWebhook")
    assert await telegram.updates() == []


async def test_pending_updates_are_dropped_only_when_asked_for(
    telegram: LocalTelegram, receiver: Receiver
) -> None:
    await telegram.write("old")
    assert (await telegram.call("getWebhookInfo"))["pending_update_count"] == 1
    await telegram.call("deleteWebhook")
    assert len(await telegram.updates()) == 1
    await telegram.call("setWebhook", url=receiver.url, drop_pending_updates=True)
    await telegram.write("new")
    await receiver.has("new")


async def test_updates_come_twice_and_out_of_order_when_asked_for(
    telegram: LocalTelegram, receiver: Receiver
) -> None:
    await telegram.sim("PATCH", "/settings", {"repeat_updates": True, "reorder_updates": True})
    await telegram.write("one")
    await telegram.write("two")
    await telegram.call("setWebhook", url=receiver.url, max_connections=1)
    await receiver.has("two", "two", "one", "one")


async def test_several_chats_are_posted_at_once_and_each_one_in_order(
    telegram: LocalTelegram, receiver: Receiver
) -> None:
    people = [await telegram.new_person(f"P{number}") for number in range(3)]
    for word in ("first", "second"):
        for number, person in enumerate(people):
            await telegram.write(f"{word} of {number}", person["user_id"])
    receiver.is_open.clear()
    await telegram.call("setWebhook", url=receiver.url, max_connections=2)
    await eventually(lambda: len(receiver.got) == 2)
    await telegram.write("late")
    assert set(receiver.texts()) == {"first of 0", "first of 1"}
    receiver.is_open.set()
    await eventually(lambda: len(receiver.got) == 7)
    for number in range(3):
        of_one = [text for text in receiver.texts() if text.endswith(f"of {number}")]
        assert of_one == [f"first of {number}", f"second of {number}"]


async def test_what_is_refused_keeps_only_its_own_chat_waiting(
    telegram: LocalTelegram, receiver: Receiver
) -> None:
    await telegram.sim("PATCH", "/settings", {"webhook_retry_seconds": 0.01})
    bob = await telegram.new_person("Bob")
    receiver.refusing = {telegram.chat_id}
    for text in ("one", "two"):
        await telegram.write(text)
    await telegram.write("Bob's", bob["user_id"])
    await telegram.call("setWebhook", url=receiver.url)
    await eventually(lambda: "Bob's" in receiver.texts() and receiver.texts().count("one") > 2)
    assert "two" not in receiver.texts()
    receiver.refusing.clear()
    await eventually(lambda: receiver.texts()[-1] == "two")
    assert (await telegram.call("getWebhookInfo"))["pending_update_count"] == 0


async def test_a_webhook_that_is_down_gets_its_updates_later(telegram: LocalTelegram) -> None:
    await telegram.sim("PATCH", "/settings", {"webhook_retry_seconds": 0.02})
    late = Receiver()
    app = Starlette(routes=[Route("/hook", late.receive, methods=["POST"])])
    async with serve(app) as url:
        port = int(url.rpartition(":")[2])
    await telegram.call("setWebhook", url=f"{url}/hook")
    await telegram.write("patience")

    async def failed() -> bool:
        return "last_error_message" in await telegram.call("getWebhookInfo")

    await eventually(failed)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(serve(app, port=port))
        await late.has("patience")


@pytest.mark.parametrize("url", ["https://a.example/hook", "ftp://127.0.0.1/", "nonsense"])
async def test_only_loopback_addresses_are_posted_to(telegram: LocalTelegram, url: str) -> None:
    assert (await telegram.refusal("setWebhook", url=url)).startswith("Bad Request: bad webhook")


async def test_a_secret_of_the_wrong_shape_is_refused(telegram: LocalTelegram) -> None:
    said = await telegram.refusal("setWebhook", url="http://127.0.0.1:1/", secret_token="a b")
    assert said == "Bad Request: secret token contains unallowed characters"


async def test_a_webhook_that_has_stopped_holds_no_connection_any_more() -> None:
    begun, let_go = asyncio.Event(), asyncio.Event()

    async def deliver() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            let_go.set()

    webhook = Webhook("http://127.0.0.1", delivery=asyncio.create_task(deliver()))
    await begun.wait()
    await webhook.stop()
    assert let_go.is_set()
