"""Every call the provider answered, without a secret in it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.sandbox.journal import Journal

_SECRET_FIELDS = frozenset({"signature", "policy", "ossaccesskeyid", "oss_access_key_id"})
_LONGEST_TEXT = 2_000


class CallLog:
    """The newest calls, numbered; each goes to the journal as well."""

    def __init__(self, journal: Journal, *, keep: int = 5_000) -> None:
        self._journal = journal
        self._calls: deque[dict[str, Any]] = deque(maxlen=keep)
        self._last = 0

    def add(self, **details: Any) -> None:
        """Record one call."""
        self._last += 1
        call = {"n": self._last, **details}
        self._calls.append(call)
        self._journal.append("provider_call", call=call)

    def since(self, after: int) -> list[dict[str, Any]]:
        """The kept calls numbered above `after`, oldest first."""
        return [call for call in self._calls if call["n"] > after]


async def request_view(request: Request) -> dict[str, Any]:
    """Return what a call asked for: its JSON body or its query, secrets masked."""
    noted: dict[str, Any] | None = getattr(request.state, "noted", None)
    if noted is not None:
        return noted
    if request.method != "POST":
        return masked(dict(request.query_params))
    try:
        return _json_view(await request.body())
    except ClientDisconnect:
        return {}


def response_view(response: Response) -> dict[str, Any]:
    """Return what a call was answered, secrets masked."""
    body = getattr(response, "body", b"")
    return _json_view(bytes(body))


def masked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with the values of secret ones replaced."""
    return {name: _mask(name, value) for name, value in fields.items()}


def _mask(name: str, value: Any) -> Any:
    if name.lower() in _SECRET_FIELDS:
        return "…"
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return value[:_LONGEST_TEXT] + "…"
    return masked(value) if isinstance(value, dict) else value


def _json_view(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        value = json.loads(body)
    except ValueError:
        return {"text": body[:_LONGEST_TEXT].decode(errors="replace")}
    return masked(value) if isinstance(value, dict) else {"value": value}
