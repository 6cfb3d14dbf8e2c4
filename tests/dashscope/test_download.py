"""Fetching a result: whole, or not at all."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.dashscope import download
from bot.dashscope.errors import DashScopeError, ResultGone, ResultRefused, Unanswered, Unsent
from bot.dashscope.http import Timeout
from bot.http_client import HttpClient
from tests.dashscope.fault_server import (
    ABSURDLY_SHORT,
    IMPATIENT,
    LOST,
    SILENCE,
    Reply,
    answer,
    client_of,
    fault_server,
)

VIDEO = bytes(range(256)) * 4_000
PATIENT = Timeout(60, 60, 60)


async def fetch(reply: Reply, target: Path, *, timeout: Timeout = PATIENT) -> int:
    async with fault_server(reply) as server, HttpClient(verify=False) as http:
        return await download.fetch(
            http,
            f"{server.origin}/results/v.mp4?Signature=s3cret",
            target,
            base_url=server.base_url,
            timeout=timeout,
        )


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_result_arrives_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "v.mp4"
    async with fault_server(answer(VIDEO)) as server, client_of(server.base_url) as client:
        size = await client.download(f"{server.origin}/v.mp4?Expires=1&Signature=a%2Bb", target)
    (request,) = server.requests
    assert request.url.raw_path.decode() == "/v.mp4?Expires=1&Signature=a%2Bb"
    assert "authorization" not in request.headers
    assert request.headers["accept-encoding"] == "identity"
    assert target.read_bytes() == VIDEO
    assert size == len(VIDEO)
    assert leftovers(tmp_path) == ["v.mp4"]


async def test_a_result_in_chunks_without_a_length_is_fetched(tmp_path: Path) -> None:
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nvideo\r\n3\r\n!!!\r\n0\r\n\r\n"
    )
    assert await fetch(chunked, tmp_path / "v.mp4") == 8
    assert (tmp_path / "v.mp4").read_bytes() == b"video!!!"


async def test_an_earlier_copy_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_bytes(b"old")
    await fetch(answer(b"new"), tmp_path / "v.mp4")
    assert (tmp_path / "v.mp4").read_bytes() == b"new"


CHUNKED_HALF = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nvid"

FAILURES: dict[str, tuple[Reply, type[DashScopeError]]] = {
    **{name: (reply, Unanswered) for name, reply in LOST.items()},
    "truncated": (
        answer(VIDEO, headers={"Content-Length": str(len(VIDEO) + 1), "Connection": "close"}),
        Unanswered,
    ),
    "truncated chunks": (CHUNKED_HALF, Unanswered),
    "nothing at all": (answer(b""), Unanswered),
    "expired": (answer(b"<Error/>", status=403), ResultGone),
    "deleted": (answer(b"<Error/>", status=404), ResultGone),
    "gone": (answer(b"", status=410), ResultGone),
    "server error": (answer(b"", status=500), Unanswered),
    "redirection": (answer(status=302, headers={"Location": "/other"}), Unanswered),
    "part of it": (answer(b"vid", status=206), Unanswered),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failed_download_leaves_the_target_as_it_was(failure: str, tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_bytes(b"old")
    reply, raises = FAILURES[failure]
    with pytest.raises(DashScopeError) as caught:
        await fetch(reply, tmp_path / "v.mp4", timeout=ABSURDLY_SHORT)
    assert type(caught.value) is raises
    assert "s3cret" not in str(caught.value)
    assert leftovers(tmp_path) == ["v.mp4"]
    assert (tmp_path / "v.mp4").read_bytes() == b"old"


async def test_a_body_shorter_than_announced_is_noticed_whatever_the_transport(
    tmp_path: Path,
) -> None:
    class Short(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"vid"

    def lie(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Length": "5"}, stream=Short())

    async with client_of("https://p.example", transport=httpx.MockTransport(lie)) as client:
        with pytest.raises(Unanswered, match="3 bytes came of 5"):
            await client.download("https://p.example/v.mp4", tmp_path / "v.mp4")
    assert leftovers(tmp_path) == []


async def test_a_download_that_takes_too_long_in_all_is_given_up(tmp_path: Path) -> None:
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nvid"
    with pytest.raises(Unanswered, match=r"0\.1 seconds"):
        await fetch(begun, tmp_path / "v.mp4", timeout=Timeout(5, 5, 0.1))
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    "reply",
    [
        answer(b"x" * 101),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n"
        + b"x" * 101
        + b"\r\n0\r\n\r\n",
    ],
)
async def test_what_is_far_too_big_is_refused_announced_or_not(
    reply: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "LIMIT_BYTES", 100)
    with pytest.raises(ResultRefused, match="101 bytes"):
        await fetch(reply, tmp_path / "v.mp4")
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/v.mp4?Signature=s3cret",
        "ftp://example.com/v.mp4",
        "file:///etc/passwd",
        "//example.com/v.mp4",
        "v.mp4",
        "",
        "https://",
        "http://[::1",
        "http://192.168.0.1/v.mp4",
    ],
)
async def test_only_safe_addresses_are_fetched_from(url: str, tmp_path: Path) -> None:
    async with client_of("http://127.0.0.1:9/api/v1") as client:
        with pytest.raises(ResultRefused, match="unsafe") as caught:
            await client.download(url, tmp_path / "v.mp4")
    assert "s3cret" not in str(caught.value)


async def test_a_remote_provider_cannot_send_us_to_our_own_machine(tmp_path: Path) -> None:
    async with fault_server(answer(VIDEO)) as server:
        async with client_of("https://dashscope.aliyuncs.com/api/v1") as client:
            with pytest.raises(ResultRefused):
                await client.download(f"{server.origin}/v.mp4", tmp_path / "v.mp4")
        assert server.connections == 0


async def test_a_full_disk_is_not_mistaken_for_a_bad_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download, "_synced", full)
    with pytest.raises(OSError, match="No space left"):
        await fetch(answer(VIDEO), tmp_path / "v.mp4")
    assert leftovers(tmp_path) == []


async def test_a_host_that_does_not_listen_was_not_asked(tmp_path: Path) -> None:
    async with fault_server(SILENCE) as server:
        origin = server.origin
    async with client_of(origin, timeouts=IMPATIENT) as client:
        with pytest.raises(Unsent):
            await client.download(f"{origin}/v.mp4", tmp_path / "v.mp4")
