"""Fetching what people send: bounded, typed failures, the token in none of them."""

from __future__ import annotations

from http import HTTPStatus

import httpx
from telegram import Bot
from telegram.error import TelegramError

from bot.clock import Clock
from bot.http_client import HttpClient
from bot.retry import TELEGRAM_CALL, persisting
from bot.telegram.answers import understood
from bot.telegram.error_mapping import describe, translate
from bot.telegram.errors import FileGone, FileTooBig, TryAgain

DOWNLOAD_LIMIT_BYTES = 20 * 1024 * 1024  # Bot API getFile: "20 MB", which are MiB


class Files:
    """Downloads by `file_id`."""

    def __init__(self, *, bot: Bot, http: HttpClient, clock: Clock) -> None:
        self._bot = bot
        self._http = http
        self._clock = clock

    async def download(self, file_id: str, declared_bytes: int | None = None) -> bytes:
        """The file's bytes; `declared_bytes` is the `file_size` of the message, if it has one.

        Raises:
            FileTooBig: over 20 MB, by declaration or while it arrives.
            FileGone: Telegram does not have it any more.
            TryAgain: it could not be fetched now, after some repetitions.
            TokenRejected: see `errors`.
        """
        _check_size(declared_bytes)

        async def attempt() -> bytes:
            return await self._fetch(await self._address(file_id))

        return await persisting(attempt, TryAgain, TELEGRAM_CALL, self._clock.sleep)

    async def _address(self, file_id: str) -> str:
        try:
            file = await understood(self._bot.get_file(file_id))
        except TelegramError as error:
            raise translate(error) or TryAgain(describe(error)) from None
        _check_size(file.file_size)
        if file.file_path is None:
            raise FileGone("Telegram offers no download of this file")
        return file.file_path

    async def _fetch(self, address: str) -> bytes:
        try:
            async with self._http.stream("GET", address) as response:
                if response.status_code != HTTPStatus.OK:
                    # 404 is an address that has expired: the next attempt asks for a new one.
                    raise TryAgain(f"the download was answered with {response.status_code}")
                return await _read_bounded(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TryAgain(type(error).__name__) from None


async def _read_bounded(response: httpx.Response) -> bytes:
    data = bytearray()
    async for chunk in response.aiter_bytes():
        data += chunk
        _check_size(len(data))
    return bytes(data)


def _check_size(size_bytes: int | None) -> None:
    if size_bytes is not None and size_bytes > DOWNLOAD_LIMIT_BYTES:
        raise FileTooBig(f"the file has {size_bytes} bytes (limit {DOWNLOAD_LIMIT_BYTES})")
