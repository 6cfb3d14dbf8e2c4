"""Getting the bytes behind an address in a request, as the service does."""

from __future__ import annotations

import httpx

from bot.clock import Clock
from bot.http_client import HttpClient
from bot.sandbox.dashscope.answers import Refused, invalid_url, not_fetched
from bot.sandbox.dashscope.space.policy import Grant
from bot.sandbox.dashscope.space.uploads import UploadSpace

_OSS = "oss://"
_TIMEOUT_SECONDS = 10.0
_MAXIMUM_BYTES = 64 * 1024 * 1024


class InputFetcher:
    """Reads oss:// addresses from the temporary space and http(s) ones from where they are."""

    def __init__(self, uploads: UploadSpace, clock: Clock) -> None:
        self._uploads = uploads
        self._clock = clock

    async def fetch(self, url: str, grant: Grant, *, resolve: bool) -> bytes:
        """Return the bytes; `resolve` is whether the caller sent the resolve header.

        Raises Refused.
        """
        if url.startswith(_OSS):
            if not resolve:
                raise not_fetched()
            return self._uploads.read(url.removeprefix(_OSS), grant, self._clock.now_milliseconds())
        if url.startswith(("http://", "https://")):
            return await _download(url)
        raise invalid_url()


async def _download(url: str) -> bytes:
    try:
        async with HttpClient(timeout=_TIMEOUT_SECONDS, follow_redirects=True) as http:
            return await _read(http, url)
    except httpx.TimeoutException:
        raise Refused(400, "InvalidURL.Timeout", "Download file timed out.") from None
    except httpx.ConnectError:
        raise Refused(400, "InvalidURL.ConnectionRefused", "Connection refused.") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise invalid_url() from None


async def _read(http: HttpClient, url: str) -> bytes:
    data = bytearray()
    async with http.stream("GET", url) as response:
        if response.status_code != httpx.codes.OK:
            raise Refused(400, "InvalidFile.DownloadFailed", "The file cannot be downloaded.")
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > _MAXIMUM_BYTES:
                raise Refused(400, "InvalidFile.Size", "The file is too large.")
    return bytes(data)
