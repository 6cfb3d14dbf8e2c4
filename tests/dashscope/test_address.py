"""Which addresses we connect to, and that the one connected to is looked at."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dashscope.address import is_public, shown, ways
from bot.dashscope.errors import ResultRefused, Unanswered
from tests.dashscope.fault_server import answer, client_of, fault_server

LOCAL = "http://127.0.0.1:8082/api/v1"
REMOTE = "https://dashscope.aliyuncs.com/api/v1"
VIDEO = answer(b"video")

NOT_PUBLIC = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::127.0.0.1",
]
NAMES = [
    "localhost",
    "a.localhost",
    "localhost.",
    "2130706433",
    "0x7f000001",
    "127.1",
    "0177.0.0.1",
]


@pytest.mark.parametrize(
    ("url", "tried"),
    [
        ("https://anywhere.example/v", ["https://anywhere.example/v"]),
        ("http://a.aliyuncs.com/v?a=%2B", ["https://a.aliyuncs.com/v?a=%2B"]),
        ("HTTP://A.ALIYUNCS.COM/v", ["https://a.aliyuncs.com/v"]),
        ("http://a.alicdn.com/v", ["https://a.alicdn.com/v", "http://a.alicdn.com/v"]),
        (
            "http://notaliyuncs.com:81/v",
            ["https://notaliyuncs.com:81/v", "http://notaliyuncs.com:81/v"],
        ),
        ("oss://space/v", []),
        ("ftp://example.com/v", []),
        ("http://[::1", []),
        ("//example.com/v", []),
        ("", []),
    ],
)
def test_https_is_tried_first_and_alone_on_the_providers_own_hosts(
    url: str, tried: list[str]
) -> None:
    assert [str(way) for way in ways(url, base_url=REMOTE)] == tried


@pytest.mark.parametrize(
    ("url", "base_url", "yes"),
    [
        ("http://127.0.0.1:9/v", REMOTE, False),
        ("http://127.0.0.1:9/v", LOCAL, True),
        ("http://localhost:9/v", LOCAL, True),
        ("http://[::1]:9/v", "http://localhost:8082", True),
        ("http://10.0.0.1/v", LOCAL, False),
        ("http://10.0.0.1:9/v", "http://10.0.0.1:8082/api/v1", True),
        ("ws://127.0.0.1/v", LOCAL, False),
    ],
)
def test_only_a_provider_that_is_local_itself_sends_us_there(
    url: str, base_url: str, yes: bool
) -> None:
    assert bool(ways(url, base_url=base_url)) is yes


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", [*NOT_PUBLIC, *NAMES])
def test_nothing_that_is_not_public_is_asked(host: str, scheme: str) -> None:
    shown_host = f"[{host}]" if ":" in host else host
    assert ways(f"{scheme}://{shown_host}/v", base_url=REMOTE) == []


@given(
    st.ip_addresses(v=4)
    | st.sampled_from([ip_address(host) for host in NOT_PUBLIC if "." in host[:4]])
)
def test_an_address_inside_another_is_what_counts(inner: Any) -> None:
    low = int(inner)
    mapped, nat64 = 0xFFFF << 32 | low, 0x64FF9B << 96 | low
    outer = [ip_address(mapped.to_bytes(16, "big")), ip_address(nat64.to_bytes(16, "big"))]
    outer.append(ip_address((0x2002 << 112 | low << 80).to_bytes(16, "big")))
    assert {is_public(ip) for ip in outer} == {is_public(inner)}


def test_a_public_address_is_public() -> None:
    assert is_public(ip_address("47.1.2.3"))
    assert is_public(ip_address("2408:4003::1"))
    assert is_public(ip_address("64:ff9b::2f01:203"))


def resolving(monkeypatch: pytest.MonkeyPatch, **names: str) -> None:
    """The DNS says that of these names."""
    real = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **named: Any) -> Any:
        asked = host.decode() if isinstance(host, bytes) else host
        return real(names.get(str(asked).partition(".")[0], host), *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


async def test_a_name_that_leads_to_this_machine_is_not_asked_for_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, results="127.0.0.1")
    async with fault_server(VIDEO) as server, client_of(REMOTE) as client:
        url = server.origin.replace("127.0.0.1", "results.example")
        with pytest.raises(ResultRefused, match="leads to 127"):
            await client.download(f"{url}/v.mp4", tmp_path / "v.mp4")
    assert server.requests == []


async def test_a_redirection_to_such_a_name_is_not_followed_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, results="127.0.0.1")
    async with fault_server(VIDEO) as inner:
        there = inner.origin.replace("127.0.0.1", "results.example")
        moved = answer(status=302, headers={"Location": f"{there}/v.mp4"})
        async with fault_server(moved) as server, client_of(server.base_url) as client:
            with pytest.raises(ResultRefused, match="leads to 127"):
                await client.download(f"{server.origin}/v.mp4", tmp_path / "v.mp4")
    assert inner.requests == []


async def test_three_redirections_are_followed_and_no_more(tmp_path: Path) -> None:
    moved = answer(status=302, headers={"Location": "/next.mp4"})
    for times, is_fetched in ((3, True), (4, False)):
        async with (
            fault_server(*[moved] * times, VIDEO) as server,
            client_of(server.base_url) as client,
        ):
            if is_fetched:
                assert await client.download(f"{server.origin}/v.mp4", tmp_path / "v.mp4") == 5
            else:
                with pytest.raises(Unanswered, match="redirections"):
                    await client.download(f"{server.origin}/v.mp4", tmp_path / "w.mp4")


async def test_http_serves_on_another_host_that_has_no_tls(tmp_path: Path) -> None:
    asked = []

    def plain_only(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.scheme)
        if request.url.scheme == "https":
            raise httpx.ConnectError("no TLS here", request=request)
        return httpx.Response(200, stream=httpx.ByteStream(b"video"))

    async with client_of(REMOTE, transport=httpx.MockTransport(plain_only)) as client:
        await client.download("http://a.alicdn.com/v.mp4", tmp_path / "v.mp4")
        assert asked == ["https", "http"]
        with pytest.raises(Unanswered):
            await client.download("http://a.aliyuncs.com/v.mp4", tmp_path / "v.mp4")
    assert asked == ["https", "http", "https"]


async def test_an_upload_is_not_sent_to_this_machine_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolving(monkeypatch, space="127.0.0.1")

    async with fault_server(VIDEO) as server:
        host = server.origin.replace("127.0.0.1", "space.example").replace("http:", "https:")
        names = ("policy", "signature", "upload_dir", "oss_access_key_id")
        policy = answer({"data": dict.fromkeys(names, "x") | {"upload_host": host}})
        async with fault_server(policy) as provider, client_of(provider.base_url) as client:
            with pytest.raises(ResultRefused):
                await client.upload("wan2.2-s2v", "photo.jpg", b"jpeg")
    assert server.requests == []


def test_an_address_is_shown_without_its_signature() -> None:
    assert shown("https://a/v.mp4?Signature=s") == "https://a/v.mp4"
