"""Fetching what people send: bounded, typed failures, the token in none of them."""

from __future__ import annotations

import asyncio
import os
import stat
from http import HTTPStatus
from pathlib import Path, PurePosixPath

import httpx
from telegram import Bot, File
from telegram.error import TelegramError

from bot.clock import Clock
from bot.http_client import HttpClient, named, read_bounded
from bot.media.exchange import DOWNLOAD_LIMIT_BYTES
from bot.retry import TELEGRAM_CALL, persisting
from bot.telegram.answers import understood
from bot.telegram.error_mapping import describe, translate
from bot.telegram.errors import FileGone, FileNotHere, FileTooBig, TryAgain

_LONGEST_SECONDS = 300.0
"""However slowly it comes: each piece of it keeps to the time that a piece has."""

_OUTSIDE = "the Bot API server names a file outside TELEGRAM_FILES_DIR"
_ON_ITS_DISK = "they are on the disk of a Bot API server in --local mode"


class Files:
    """Downloads by `file_id`; from `folder` where a Bot API server of one's own keeps its files."""

    def __init__(
        self, *, bot: Bot, http: HttpClient, clock: Clock, folder: Path | None = None
    ) -> None:
        self._bot = bot
        self._folder = folder
        self._http = http
        self._clock = clock

    async def download(self, file_id: str, declared_bytes: int | None = None) -> bytes:
        """The file's bytes; `declared_bytes` is the `file_size` of the message, if it has one.

        Raises:
            FileTooBig: over 20 MB, by declaration or while it arrives.
            FileGone: Telegram does not have it any more.
            FileNotHere: it is on the disk of a Bot API server, and not to be read from there.
            TryAgain: it could not be fetched now, after some repetitions.
            TokenRejected: see `errors`.
        """
        _check_size(declared_bytes)

        async def attempt() -> bytes:
            file = await self._file(file_id)
            path = str(file.file_path).removeprefix(f"{self._bot.base_file_url}/")
            on_disk = is_on_its_disk(path)
            if on_disk and self._folder is not None:
                return await asyncio.to_thread(read_from, self._folder, path)
            if on_disk and path == file.file_path:
                raise FileNotHere(_ON_ITS_DISK)
            return await self._fetch(file, is_on_disk=on_disk)

        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                return await persisting(attempt, TryAgain, TELEGRAM_CALL, self._clock.sleep)
        except TimeoutError:
            raise TryAgain(f"the file did not come within {_LONGEST_SECONDS:.0f} s") from None

    async def _file(self, file_id: str) -> File:
        try:
            file = await understood(self._bot.get_file(file_id))
        except TelegramError as error:
            raise translate(error) or TryAgain(describe(error)) from None
        _check_size(file.file_size)
        if file.file_path is None:
            raise FileGone("Telegram offers no download of this file")
        return file

    async def _fetch(self, file: File, *, is_on_disk: bool) -> bytes:
        try:
            name, url = named("telegram", "download"), str(file.file_path)
            async with self._http.stream("GET", url, extensions=name) as response:
                if is_on_disk and response.status_code == HTTPStatus.NOT_FOUND:
                    raise FileNotHere(_ON_ITS_DISK)
                if response.status_code != HTTPStatus.OK:
                    # 404 is an address that has expired: the next attempt asks for a new one.
                    raise TryAgain(f"the download was answered with {response.status_code}")
                if "text/html" in response.headers.get("content-type", ""):
                    raise TryAgain("a page came instead of the file")
                data = await read_bounded(response, DOWNLOAD_LIMIT_BYTES)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TryAgain(type(error).__name__) from None
        _check_size(len(data))
        if len(data) < (file.file_size or 0):
            raise TryAgain(f"{len(data)} of {file.file_size} bytes came")
        return data


def is_on_its_disk(path: str) -> bool:
    """Whether a Bot API server (--local) names a file of its own disk, and not an address."""
    return path.startswith("/") or path[1:3] in (":\\", ":/")


def read_from(folder: Path, named: str) -> bytes:
    """The file that the server means, if it really lies in the folder; see `Files.download`."""
    try:
        root = folder.resolve(strict=True)
        return _read_within(root, _within(root, named))
    except FileNotFoundError:
        if folder.is_dir():  # the next attempt has the server fetch it again
            raise TryAgain("the Bot API server's file is not there") from None
        raise FileNotHere("TELEGRAM_FILES_DIR is not there") from None
    except OSError as error:
        raise FileNotHere(f"the Bot API server's file cannot be read ({error.strerror})") from None


def _within(root: Path, named: str) -> Path:
    """As this machine sees it: below the folder, whatever stands above the bot's own there."""
    parts = PurePosixPath(named.replace("\\", "/")).parts
    if ".." in parts:
        raise FileNotHere(_OUTSIDE)
    whole = Path(*parts)
    own = next((i for i, part in enumerate(parts) if ":" in part[1:] and part[0].isdigit()), None)
    return whole if whole.is_relative_to(root) or own is None else root.joinpath(*parts[own:])


def _read_within(root: Path, path: Path) -> bytes:
    found = path.resolve(strict=True)
    if not found.is_relative_to(root):
        raise FileNotHere(_OUTSIDE)
    # A pipe would be waited for.
    with os.fdopen(os.open(found, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise FileNotHere("the Bot API server names something that is no file")
        _check_size(about.st_size)
        return file.read(DOWNLOAD_LIMIT_BYTES)


def _check_size(size_bytes: int | None) -> None:
    if size_bytes is not None and size_bytes > DOWNLOAD_LIMIT_BYTES:
        raise FileTooBig(f"the file has {size_bytes} bytes (limit {DOWNLOAD_LIMIT_BYTES})")
