"""What the Bot API answers, told from what a portal, a mirror or a proxy in between says.

The Bot API answers an object, always: `ok` with a `result`, or not `ok` with its `error_code` and a
`description`. A status alone says nothing: a portal has 403s and 404s as well, and a mirror may
answer a refusal with 200.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
from telegram.error import BadRequest, NetworkError
from telegram.request import HTTPXRequest

from bot.http_client import HttpClient

Result = TypeVar("Result")

PARSING_FAILURES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
"""python-telegram-bot checks nothing: these are what a missing field, a field of another kind, a
date out of range and too much nesting lead to inside it."""

_LOGGED_OUT = "logged out"
_WHO_AM_I = "getMe"
"""Every server has this: a 404 is about the token, of which it is asked before all else."""


class ForeignAnswer(NetworkError):
    """Somebody else answered, or only a part arrived: nothing is known of the call."""


class LoggedOut(NetworkError):
    """This server has let the bot go: nothing was done, and it may be let in again."""

    def __init__(self) -> None:
        super().__init__(
            "this Bot API server has logged the bot out: after logOut, TELEGRAM_BASE_URL names "
            "the server that it moved to; the former one takes it back after 10 minutes"
        )


class MethodMissing(BadRequest):
    """This server does not know what it was asked for, as an older one or one of another make."""


def read_answer(status: int, body: bytes) -> dict[str, Any]:
    """The Bot API's answer; raises `ForeignAnswer` and `LoggedOut`."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _foreign(status) from error
    if not isinstance(answer, dict) or not _is_whole(answer):
        raise _foreign(status)
    if _LOGGED_OUT in str(answer.get("description")).lower().replace("_", " "):
        raise LoggedOut
    return answer


def _is_whole(answer: dict[str, Any]) -> bool:
    if answer.get("ok") is True:
        return "result" in answer
    code, description = answer.get("error_code"), answer.get("description")
    is_refusal = answer.get("ok") is False and type(code) is int and isinstance(description, str)
    return is_refusal and _are_parameters(answer.get("parameters", {}))


def _are_parameters(found: object) -> bool:
    """Bot API, ResponseParameters: whole numbers."""
    return isinstance(found, dict) and all(type(number) is int for number in found.values())


def _foreign(status: int) -> ForeignAnswer:
    return ForeignAnswer(f"an answer ({status}) that is not the Bot API's")


def status_of(answer: dict[str, Any]) -> int:
    """What the Bot API itself says of the call, as a status of HTTP."""
    return HTTPStatus.OK if answer["ok"] else int(answer["error_code"])


class BotApiRequest(HTTPXRequest):
    """python-telegram-bot's requests, made by our client; every answer is looked at first."""

    def _build_client(self) -> httpx.AsyncClient:
        return HttpClient(**self._client_kwargs)

    async def do_request(self, url: str, *args: Any, **options: Any) -> tuple[int, bytes]:
        """See python-telegram-bot, for which every 404 is that of an unknown token."""
        status, body = await super().do_request(url, *args, **options)
        answer = read_answer(status, body)
        method = url.rpartition("/")[2]
        if status_of(answer) == HTTPStatus.NOT_FOUND and method != _WHO_AM_I:
            raise MethodMissing(f"{method} is not known there ({answer['description']})")
        return status_of(answer), body


async def understood(call: Awaitable[Result]) -> Result:
    """What a call of python-telegram-bot answers; raises TelegramError, whatever came as an answer.

    Raises: also OSError, of the files that the call reads.
    """
    try:
        return await call
    except PARSING_FAILURES as error:
        if isinstance(error, OSError) and error.errno != errno.EOVERFLOW:
            raise
        raise NetworkError("an answer without its result") from error
