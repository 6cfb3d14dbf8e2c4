"""The parameters of one call, whichever way they came: query, form, multipart or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.sandbox.telegram.errors import ApiError, bad_request

ATTACHED = "attach://"
_TEXTS = frozenset({"text", "caption", "first_name", "last_name", "title", "description"})
_FORM_FIELD_LIMIT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call."""

    name: str
    mime_type: str
    data: bytes = field(repr=False)


class Params:
    """Typed access to what the caller sent; a value of the wrong type is refused with 400."""

    def __init__(self, values: dict[str, Any], uploads: dict[str, Upload] | None = None) -> None:
        self._values = {name: value for name, value in values.items() if value is not None}
        self._nulls = {name for name, value in values.items() if value is None}
        self.uploads = uploads or {}

    def __contains__(self, name: str) -> bool:
        return name in self._values or name in self.uploads

    def is_null(self, name: str) -> bool:
        """Whether a JSON body said null."""
        return name in self._nulls

    def values(self) -> dict[str, Any]:
        """All values as they came."""
        return dict(self._values)

    def text(self, name: str, default: str = "") -> str:
        """A string; a JSON number is taken as its digits."""
        value = self._values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number."""
        found = self.maybe_integer(name)
        return default if found is None else found

    def maybe_integer(self, name: str) -> int | None:
        """A whole number, or None when the parameter is missing or empty."""
        value = self._values.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f'parameter "{name}" must be a number') from None

    def maybe_number(self, name: str) -> float | None:
        """A number, or None when missing."""
        value = self._values.get(name)
        try:
            return None if value in (None, "") else float(str(value))
        except ValueError:
            raise bad_request(f'parameter "{name}" must be a number') from None

    def flag(self, name: str) -> bool:
        """A boolean: true, 1, yes."""
        return str(self._values.get(name, "")).lower() in {"true", "1", "yes"}

    def json(self, name: str) -> Any:
        """A JSON value (sent as such, or as text inside a form); None when missing or empty."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def upload(self, name: str, reference: object = None) -> Upload | None:
        """The file sent as `name`, or the one that `reference` ("attach://key") points to."""
        found = reference if reference is not None else self._values.get(name)
        if isinstance(found, str) and found.startswith(ATTACHED):
            return self.uploads.get(found.removeprefix(ATTACHED))
        return self.uploads.get(name) if reference is None else None

    def readable(self) -> dict[str, Any]:
        """The values as the outbox shows them: numbers, booleans and JSON in their own types."""
        return {name: _readable(name, value) for name, value in self._values.items()}

    def file_sizes(self) -> dict[str, int]:
        """Name of each file part and its size in bytes."""
        return {name: len(upload.data) for name, upload in self.uploads.items()}


def _readable(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name in _TEXTS:
        return value
    if value in ("true", "false") or value[:1] in ("{", "[") or value.lstrip("-").isdecimal():
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


async def read_params(request: Request) -> Params:
    """All parameters of a request; raises ApiError 400 for a body that cannot be read."""
    values: dict[str, Any] = dict(request.query_params)
    if request.method in ("GET", "HEAD"):
        return Params(values)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        values.update(await _json_body(request))
        return Params(values)
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return Params(values)
    return await _form(request, values)


async def _json_body(request: Request) -> dict[str, Any]:
    body = await request.body()
    if not body:
        return {}
    try:
        parsed = json.loads(body)
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(parsed, dict):
        raise bad_request("object expected as the request's body")
    return parsed


async def _form(request: Request, values: dict[str, Any]) -> Params:
    uploads: dict[str, Upload] = {}
    try:
        async with request.form(max_part_size=_FORM_FIELD_LIMIT_BYTES) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    uploads[name] = await _upload(value)
                else:
                    values[name] = value
    except HTTPException as problem:
        raise ApiError(400, f"Bad Request: {problem.detail}") from None
    return Params(values, uploads)


async def _upload(part: UploadFile) -> Upload:
    mime_type = part.content_type or "application/octet-stream"
    return Upload(part.filename or "file", mime_type, await part.read())
