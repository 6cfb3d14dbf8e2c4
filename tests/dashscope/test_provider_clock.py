"""What time it is for the provider: by the Date of its answers, and by nothing else."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.engines import ENGINES
from bot.dashscope.client import DashScope
from bot.dashscope.errors import SubmitUnknown, Unanswered
from bot.dashscope.provider_clock import ProviderClock, http_date
from bot.engines.dashscope import ServiceEngine
from tests.dashscope.fault_server import HTML, S2V, Reply, answer, client_of, fault_server
from tests.storage.orders import NOON
from tests.support.clock import FakeClock

MODEL = "wan2.2-s2v"
TEN_MINUTES = 600_000
GARBAGE = ("", "yesterday", "0", "Thu, 99 Nov 2026 10:00:00 GMT", "Thu, 01 Jan 99999 00:00:00 GMT")


def dated(milliseconds: int) -> str:
    return formatdate(milliseconds // 1000, usegmt=True)


def listing(date: str | None, *, body: bytes | None = None) -> bytes:
    headers = {} if date is None else {"Date": date}
    if body is not None:
        return answer(body, headers=headers)
    return answer({"data": [], "total": 0, "request_id": "r"}, headers=headers)


async def time_after(*replies: Reply) -> int:
    """What the client takes for the provider's time after these answers; ours is noon."""
    async with (
        fault_server(*replies) as server,
        client_of(server.base_url, clock=FakeClock()) as client,
    ):
        for _ in replies:
            await client.list_tasks(MODEL)
        return client.time.now_milliseconds() // 1000 * 1000  # the pace of the calls takes moments


@pytest.mark.parametrize("ahead", [-TEN_MINUTES, 0, TEN_MINUTES])
async def test_it_is_what_the_date_of_the_last_answer_says(ahead: int) -> None:
    replies = listing(dated(NOON - TEN_MINUTES)), listing(dated(NOON + ahead))
    assert await time_after(*replies) == NOON + ahead


@pytest.mark.parametrize("date", [None, *GARBAGE])
async def test_what_is_no_date_says_nothing(date: str | None) -> None:
    assert await time_after(listing(date)) == NOON
    earlier = listing(dated(NOON - TEN_MINUTES))
    assert await time_after(earlier, listing(date)) == NOON - TEN_MINUTES


async def test_a_proxys_own_page_does_not_say_what_time_it_is() -> None:
    page = listing(dated(NOON + TEN_MINUTES), body=b"<html>")
    async with (
        fault_server(page, HTML) as server,
        client_of(server.base_url, clock=FakeClock()) as client,
    ):
        with pytest.raises(Unanswered, match="unexpected shape"):
            await client.list_tasks(MODEL)
        assert client.time.now_milliseconds() == NOON


async def test_an_error_of_the_provider_says_what_time_it_is() -> None:
    wrong = {"code": "InternalError", "request_id": "r"}
    reply = answer(wrong, status=500, headers={"Date": dated(NOON + TEN_MINUTES)})
    async with (
        fault_server(reply) as server,
        client_of(server.base_url, clock=FakeClock()) as client,
    ):
        with pytest.raises(SubmitUnknown, match="InternalError"):
            await client.submit(S2V)
        assert client.time.now_milliseconds() == NOON + TEN_MINUTES


def engine_of(client: DashScope) -> ServiceEngine:
    return ServiceEngine(client, ENGINES[MODEL])


async def test_it_is_asked_for_once_and_for_nothing() -> None:
    policy = answer({"code": "InternalError", "request_id": "r"}, headers={"Date": dated(NOON)})
    async with fault_server(policy) as server, client_of(server.base_url) as client:
        with pytest.raises(Unanswered, match="unexpected shape"):
            await engine_of(client).learn_time()
        await engine_of(client).learn_time()
    (request,) = server.requests
    assert dict(request.url.params) == {"action": "getPolicy", "model": MODEL}


def test_setting_this_machines_clock_sets_nothing() -> None:
    clock = FakeClock()
    provider = ProviderClock(clock)
    before = provider.now_milliseconds()
    clock.now_milliseconds = lambda: NOON + TEN_MINUTES  # type: ignore[method-assign]
    assert provider.now_milliseconds() == before
    clock.advance(5)
    assert provider.now_milliseconds() == before + 5_000


@pytest.mark.parametrize("seconds", [-TEN_MINUTES // 1000, 8 * 3600])
async def test_it_is_asked_for_again_when_the_clock_was_set_or_the_machine_slept(
    seconds: int,
) -> None:
    clock = FakeClock()
    replies = [listing(dated(NOON)), listing(dated(NOON + TEN_MINUTES))]
    async with fault_server(*replies) as server, client_of(server.base_url, clock=clock) as client:
        await client.list_tasks(MODEL)
        await engine_of(client).learn_time()
        assert len(server.requests) == 1
        clock.set_wall(seconds)
        with pytest.raises(Unanswered):
            await engine_of(client).learn_time()
        assert client.time.now_milliseconds() == NOON + TEN_MINUTES


@given(st.text())
def test_no_header_is_too_strange(written: str) -> None:
    moment = http_date(written)
    assert moment is None or isinstance(moment, int)
