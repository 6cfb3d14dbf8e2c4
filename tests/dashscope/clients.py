"""Clients under test."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from pydantic import SecretStr

from bot.clock import Clock, SystemClock
from bot.dashscope.client import DashScope, fresh_connections
from bot.dashscope.http import TIMEOUTS, Timeout
from bot.dashscope.requests import VideoRequest
from bot.http_client import HttpClient

KEY = "sk-0123456789abcdef0123456789abcdef"
S2V_MODEL, S2V_DETECT_MODEL = "wan2.2-s2v", "wan2.2-s2v-detect"
EMO_MODEL, EMO_DETECT_MODEL = "emo-v1", "emo-detect-v1"
S2V = VideoRequest(
    S2V_MODEL, "oss://space/photo.jpg", "oss://space/voice.wav", {"resolution": "480P"}
)

TLS = ssl.create_default_context()
"""Shared: making one takes longer than most tests."""

ABSURDLY_SHORT = Timeout(connect_seconds=2, silence_seconds=0.05, total_seconds=2)
IMPATIENT = dict.fromkeys(TIMEOUTS, ABSURDLY_SHORT)


@asynccontextmanager
async def client_of(
    base_url: str,
    *,
    key: str = KEY,
    clock: Clock | None = None,
    timeouts: Mapping[str, Timeout] = TIMEOUTS,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[DashScope]:
    """A client; with `transport`, nothing goes over a socket."""
    async with (
        HttpClient(transport=transport, verify=TLS) as http,
        fresh_connections(verify=TLS) as fresh,
    ):
        yield DashScope(
            http,
            base_url=base_url,
            api_key=SecretStr(key),
            clock=clock or SystemClock(),
            submit_http=http if transport else fresh,
            timeouts=timeouts,
        )
