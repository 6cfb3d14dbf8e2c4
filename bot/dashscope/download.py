"""Fetching a result: streamed beside its target, checked, then renamed into place."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from bot.dashscope import address
from bot.dashscope.errors import DashScopeError, ResultGone, ResultRefused, Unanswered, Unsent
from bot.dashscope.http import Timeout, named_failures
from bot.http_client import HttpClient, named

LIMIT_BYTES = 256 * 1024 * 1024
"""Twenty seconds of 720P take about 10 MB; what is this big is not our video."""

_CHUNK_BYTES = 256 * 1024
_GONE = (403, 404, 410)
_MOST_REDIRECTIONS = 3


async def fetch(
    http: HttpClient, url: str, target: Path, *, base_url: str, timeout: Timeout
) -> int:
    """Fetch `url` into `target`, which is then complete or untouched; returns its size in bytes.

    The key is not sent along: the address carries its own signature.
    Raises `ResultGone`, `ResultRefused`, `Unanswered`; OSError when the disk fails us.
    """
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        async with asyncio.timeout(timeout.total_seconds):
            async with aclosing(_chunks(http, url, base_url, timeout)) as chunks:
                size_bytes = await _save(chunks, part)
    except TimeoutError as error:
        raise Unanswered(f"download: not done in {timeout.total_seconds} seconds") from error
    else:
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return size_bytes


async def _save(chunks: AsyncGenerator[bytes, None], part: Path) -> int:
    """Write the chunks; off the event loop, for a slow disk must not hold up everyone."""
    file = await asyncio.to_thread(part.open, "xb")
    with file:
        async for chunk in chunks:
            await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(_synced, file)
        return file.tell()


def _synced(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


async def _chunks(
    http: HttpClient, url: str, base_url: str, timeout: Timeout
) -> AsyncGenerator[bytes, None]:
    """The body of a good answer, checked for its length; the failures of the network named."""
    response = await _answer(http, url, base_url, timeout)
    with named_failures("download"):
        try:
            expected_bytes = _accepted(response)
            received_bytes = 0
            async for chunk in response.aiter_raw(_CHUNK_BYTES):
                received_bytes += len(chunk)
                _check_limit(received_bytes)
                yield chunk
        finally:
            await response.aclose()
    if received_bytes == 0 or expected_bytes not in (None, received_bytes):
        raise Unanswered(f"download: {received_bytes} bytes came of {expected_bytes}")


async def _answer(http: HttpClient, url: str, base_url: str, timeout: Timeout) -> httpx.Response:
    """The one at the end of a few redirections, for the provider moves results between hosts."""
    for _ in range(1 + _MOST_REDIRECTIONS):
        response = await _first_answer(http, url, base_url, timeout)
        if response.next_request is None:
            return response
        await response.aclose()
        url = str(response.next_request.url)
    raise Unanswered(f"download: more than {_MOST_REDIRECTIONS} redirections")


async def _first_answer(
    http: HttpClient, url: str, base_url: str, timeout: Timeout
) -> httpx.Response:
    """By the first way on which there is a connection."""
    # Unencoded, so that the bytes received can be compared with Content-Length.
    options: dict[str, Any] = {"headers": {"Accept-Encoding": "identity"}}
    failure: DashScopeError = ResultRefused(f"download: unsafe address {address.shown(url)}")
    for way in address.ways(url, base_url=base_url):
        extensions = address.guarded(way, base_url=base_url) | named("provider", "download")
        request = http.build_request(
            "GET", way, timeout=timeout.as_httpx(), extensions=extensions, **options
        )
        try:
            with named_failures("download"):
                return await http.send(request, stream=True, follow_redirects=False)
        except Unsent as error:
            failure = error
    raise failure


def _accepted(response: httpx.Response) -> int | None:
    """The length that the answer announces, if the answer is the file."""
    if response.status_code in _GONE:
        raise ResultGone(f"download: {response.status_code}")
    if response.status_code != 200:
        raise Unanswered(f"download: {response.status_code}")
    announced = response.headers.get("content-length", "")
    expected_bytes = int(announced) if announced.isdecimal() else None
    _check_limit(expected_bytes or 0)
    return expected_bytes


def _check_limit(size_bytes: int) -> None:
    if size_bytes > LIMIT_BYTES:
        raise ResultRefused(f"download: {size_bytes} bytes, {LIMIT_BYTES} are the limit")
