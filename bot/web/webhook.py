"""Telegram's webhook: an update is on the disk before Telegram hears that it arrived."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections import Counter
from functools import partial
from http import HTTPStatus

from pydantic import SecretStr
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.config.values import WEBHOOK_PATH
from bot.logs import SELDOM
from bot.telegram.dispatch import to_stored
from bot.telegram.receiving import Receiver
from storage.db.errors import DatabaseTrouble
from storage.inbox import StoredUpdate

logger = logging.getLogger(__name__)

MOST_BYTES = 1_000_000
"""Telegram's largest updates have some ten thousand."""
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (the header's name)


_BODY_SECONDS = 30.0
_REASONS = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
)
refusals = Counter(dict.fromkeys(_REASONS, 0))
"""How many requests were refused, by the status that says why; of this process."""


class _Refused(Exception):
    """This request is not taken, and has no effect; the status says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


def webhook(receiver: Receiver, secret: SecretStr, path: str = WEBHOOK_PATH) -> Route:
    """Where Telegram sends updates, one a request: what is not answered 200 comes again."""
    taking = partial(_answer, receiver=receiver, secret=secret)
    return Route(path, taking, methods=["POST"])


async def _answer(request: Request, *, receiver: Receiver, secret: SecretStr) -> Response:
    try:
        _check_caller(request, secret)
        await receiver.receive([await _update_in(request)])
    except _Refused as refusal:
        refusals[refusal.status] += 1
        logger.warning("a request to the webhook is refused: %s", refusal, extra=SELDOM)
        return Response(status_code=refusal.status)
    except DatabaseTrouble:
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    return Response()


def _check_caller(request: Request, secret: SecretStr) -> None:
    said = request.headers.get(_SECRET_HEADER, "").encode()
    if not hmac.compare_digest(said, secret.get_secret_value().encode()):
        raise _Refused(HTTPStatus.FORBIDDEN)


async def _update_in(request: Request) -> StoredUpdate:
    """What cannot even be numbered is refused: it would be lost if it were taken."""
    try:
        update = to_stored(json.loads(await _body(request)))
    except (ValueError, RecursionError):
        raise _Refused(HTTPStatus.BAD_REQUEST) from None
    if update is None:
        raise _Refused(HTTPStatus.BAD_REQUEST)
    return update


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except TimeoutError:
        raise _Refused(HTTPStatus.REQUEST_TIMEOUT) from None
    except ClientDisconnect:
        raise _Refused(HTTPStatus.BAD_REQUEST) from None
    return body
