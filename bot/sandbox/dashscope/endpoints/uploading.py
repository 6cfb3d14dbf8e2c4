"""Endpoints of the temporary space: the policy, and the form upload as OSS takes it."""

from __future__ import annotations

from xml.sax.saxutils import escape

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.dashscope.answers import Refused, invalid_parameter, json_answer, new_request_id
from bot.sandbox.dashscope.endpoints.accounts import account_of
from bot.sandbox.dashscope.models import DETECTION_MODELS, VIDEO_MODELS
from bot.sandbox.dashscope.provider import Provider
from bot.sandbox.dashscope.space.policy import Grant
from bot.sandbox.dashscope.tasks.orders import check_model

UPLOAD_PATH = "/upload"
_KNOWN_MODELS = DETECTION_MODELS | frozenset(VIDEO_MODELS)


class Uploading:
    """getPolicy and the upload itself."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def get_policy(self, request: Request) -> Response:
        """GET /api/v1/uploads?action=getPolicy&model=…"""
        provider = self._provider
        account = account_of(request, provider.settings)
        query = request.query_params
        if query.get("action") != "getPolicy":
            raise invalid_parameter("action must be getPolicy")
        model = check_model(query.get("model"), _KNOWN_MODELS, provider.settings.retired_models)
        request.state.model = model
        provider.limits.pass_one(account, "get_policy")
        data = provider.policies.issue(
            Grant(account, model),
            provider.clock.now_milliseconds(),
            provider.settings.policy_seconds,
        )
        host = str(request.base_url).rstrip("/") + UPLOAD_PATH
        return json_answer({"data": {**data, "upload_host": host}})

    async def upload(self, request: Request) -> Response:
        """POST /upload, a form as in OSS's PostObject; no Authorization header is looked at."""
        request.state.noted = {}
        form = await _parse_form(request)
        try:
            fields, file = _fields_and_file(form)
            return await self._store(request, fields, file)
        finally:
            await form.close()

    async def _store(self, request: Request, fields: dict[str, str], file: UploadFile) -> Response:
        size_bytes = file.size or 0
        request.state.noted = {"key": fields["key"], "size_bytes": size_bytes}
        now = self._provider.clock.now_milliseconds()
        grant = self._provider.policies.check(fields, size_bytes, now)
        request.state.model = grant.model
        self._provider.uploads.put(fields["key"], grant, await file.read(), now)
        status = fields.get("success_action_status")
        return Response(status_code=200 if status == "200" else 204)


def _fields_and_file(form: FormData) -> tuple[dict[str, str], UploadFile]:
    """Return the fields before the file, and the file; OSS ignores what comes after it."""
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if name != "file":
            fields[name] = value if isinstance(value, str) else ""
            continue
        if "key" not in fields:
            raise _misplaced("key")
        return fields, _as_file(value)
    raise _misplaced("file")


async def _parse_form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Refused(
            412,
            "MalformedPOSTRequest",
            "The body of your POST request is not well-formed multipart/form-data.",
        )
    try:
        return await MultiPartParser(request.headers, request.stream()).parse()
    except MultiPartException as error:
        raise Refused(400, "MalformedPOSTRequest", error.message) from None


def _as_file(value: UploadFile | str) -> UploadFile:
    if isinstance(value, str):
        raise _misplaced("file")
    return value


def _misplaced(name: str) -> Refused:
    return Refused(
        400,
        "InvalidArgument",
        f"Bucket POST must contain a field named '{name}'. "
        "If it is specified, please check the order of the fields.",
    )


def oss_error(refused: Refused) -> Response:
    """Return an error as OSS writes it: XML."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error>'
        f"<Code>{refused.code}</Code><Message>{escape(refused.message)}</Message>"
        f"<RequestId>{new_request_id()}</RequestId></Error>"
    )
    return Response(body, refused.http_status, media_type="application/xml")
