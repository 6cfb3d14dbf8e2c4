"""A 429 says how long to wait, when the provider says so."""

from __future__ import annotations

import pytest

from bot.dashscope.errors import Throttled
from tests.dashscope.fault_server import S2V, client_of, fault_server, refusal
from tests.support.clock import FakeClock

NOW = 1_788_000_000_000  # 2026-08-29 10:40:00 UTC


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (" 30 ", 30.0),
        ("Sat, 29 Aug 2026 10:41:30 GMT", 90.0),
        ("Sat, 29 Aug 2026 10:41:30 -0000", 90.0),
        ("Sat, 29 Aug 2026 07:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("3600", 3600.0),
        ("3601", None),
        ("Sun, 29 Aug 2027 10:41:30 GMT", None),
        ("²", None),
        ("", None),
    ],
)
async def test_the_retry_after_header_is_understood(header: str, seconds: float | None) -> None:
    script = refusal(429, "Throttling.RateQuota")
    script = script.replace(b"\r\n\r\n", f"\r\nRetry-After: {header}\r\n\r\n".encode(), 1)
    async with (
        fault_server(script) as server,
        client_of(server.base_url, clock=FakeClock(NOW)) as client,
    ):
        with pytest.raises(Throttled) as caught:
            await client.submit(S2V)
    assert caught.value.retry_after_seconds == seconds


async def test_without_the_header_nothing_is_asked_for() -> None:
    async with (
        fault_server(refusal(429, "Throttling")) as server,
        client_of(server.base_url) as client,
    ):
        with pytest.raises(Throttled) as caught:
            await client.submit(S2V)
    assert caught.value.retry_after_seconds is None
