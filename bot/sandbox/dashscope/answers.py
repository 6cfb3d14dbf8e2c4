"""The forms in which the provider answers: JSON bodies, documented errors, times in UTC+8."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from starlette.responses import JSONResponse

CHINA = timezone(timedelta(hours=8))


class Refused(Exception):
    """A request is answered by a documented error instead of a result."""

    def __init__(self, http_status: int, code: str, message: str) -> None:
        super().__init__(f"{http_status} {code}: {message}")
        self.http_status = http_status
        self.code = code
        self.message = message


def invalid_parameter(message: str) -> Refused:
    """Return the error for a request that breaks the interface's rules."""
    return Refused(400, "InvalidParameter", message)


def not_fetched() -> Refused:
    """Return the error for a file that cannot be had, as without the resolve header."""
    return Refused(
        400,
        "InvalidParameter.DataInspection",
        "Unable to download the media resource during the data inspection process.",
    )


def invalid_url() -> Refused:
    """Return the error for what is no address of a file."""
    return Refused(
        400, "InvalidURL", "Required URL is missing or invalid, please check the request URL."
    )


def new_request_id() -> str:
    """Return the id that an answer carries."""
    return str(uuid.uuid4())


def json_answer(body: Mapping[str, Any], http_status: int = 200) -> JSONResponse:
    """Return an answer with a request id of its own."""
    return JSONResponse({**body, "request_id": new_request_id()}, http_status)


def error_answer(refused: Refused) -> JSONResponse:
    """Return the error in the provider's shape: code, message, request_id."""
    return json_answer({"code": refused.code, "message": refused.message}, refused.http_status)


def china_time(milliseconds: int) -> str:
    """Return a moment as the service writes it: UTC+8 without a zone, "2025-09-01 09:37:27.468"."""
    moment = datetime.fromtimestamp(milliseconds / 1000, CHINA)
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{milliseconds % 1000:03d}"


def compact_milliseconds(compact: str, zone_hours: int) -> int:
    """Return the epoch milliseconds of a "YYYYMMDDhhmmss" in that zone. Raises ValueError."""
    zone = timezone(timedelta(hours=zone_hours))
    moment = datetime.strptime(compact, "%Y%m%d%H%M%S").replace(tzinfo=zone)
    return int(moment.timestamp() * 1000)
