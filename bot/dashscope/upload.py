"""Handing a file to the service: where it may go, its space for 48 hours, bound to one model."""

from __future__ import annotations

import mimetypes
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.dashscope import address, fields
from bot.dashscope.errors import RequestRejected, Unanswered
from bot.dashscope.http import ProviderAnswer, Timeout, Wire

KEPT_MILLISECONDS = 48 * 3600 * 1000
"""How long the space keeps a file (DashScope docs: upload a file to get a temporary URL)."""
_SPARE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file in the temporary space: usable by the model it was uploaded for, by no other."""

    url: str
    """Starts with `oss://`."""
    expires_at_milliseconds: int


async def put(
    wire: Wire, policy: Policy, file_name: str, data: bytes, *, base_url: str, timeout: Timeout
) -> str | None:
    """Send one file; returns its `oss://` address, or None when the policy has expired.

    The file is the last part of the form, and no Authorization goes to the storage.
    Raises `Unanswered`, or `RequestRejected` when repeating cannot help.
    """
    hosts = address.ways(policy.upload_host, base_url=base_url)
    if not hosts:
        raise RequestRejected(f"upload: unsafe address {address.shown(policy.upload_host)}")
    if policy.largest_bytes is not None and len(data) > policy.largest_bytes:
        raise RequestRejected(
            f"upload: {len(data)} bytes, the space takes {policy.largest_bytes} at most"
        )
    key = f"{policy.upload_dir}/{object_name(file_name)}"
    part = (file_name, data, mimetypes.guess_type(file_name)[0] or "application/octet-stream")
    form = {**policy.form, "key": key}
    guard = address.guarded(hosts[0], base_url=base_url)
    answer = await wire.ask(
        "upload", "POST", hosts[0], timeout, data=form, files={"file": part}, extensions=guard
    )
    return _stored(answer, key)


def object_name(file_name: str) -> str:
    """A name never used before: overwriting is forbidden, and a lost answer is safe to repeat."""
    suffix = re.search(r"\.[A-Za-z0-9]{1,8}$", file_name)
    return uuid.uuid4().hex + (suffix.group() if suffix else "")


def _stored(answer: ProviderAnswer, key: str) -> str | None:
    if answer.ok and b"<html" not in answer.body.lower():
        return f"oss://{key}"
    if answer.status == 403 and b"policy expired" in answer.body.lower():
        return None
    text = f"upload: {answer.status} {answer.clip}"
    is_own = b"<error>" in answer.body.lower()
    if is_own and 400 <= answer.status < 500 and answer.status not in (408, 429):
        raise RequestRejected(text)
    raise Unanswered(text)


@dataclass(frozen=True, slots=True)
class Policy:
    """What `getPolicy` returns (DashScope docs: upload a file to get a temporary URL)."""

    upload_host: str
    upload_dir: str
    form: Mapping[str, str] = field(repr=False)
    """The fields of the form that go before the file, but for its key."""
    largest_bytes: int | None
    until_seconds: float = 0.0
    """Of the steady clock; 0 where it is not known how long it lasts."""

    @classmethod
    def read(cls, answer: Mapping[str, object], now_seconds: float) -> Policy | None:
        """The policy in an answer; None when a part that is needed is missing."""
        data = fields.mapping(answer, "data")
        host, directory = fields.text(data, "upload_host"), fields.text(data, "upload_dir")
        form = {
            "OSSAccessKeyId": fields.text(data, "oss_access_key_id"),
            "policy": fields.text(data, "policy"),
            "Signature": fields.text(data, "signature"),
            "x-oss-object-acl": fields.text(data, "x_oss_object_acl") or "private",
            "x-oss-forbid-overwrite": fields.text(data, "x_oss_forbid_overwrite") or "true",
            "success_action_status": "200",
        }
        given = {name: value for name, value in form.items() if value is not None}
        if not (host and directory and len(given) == len(form)):
            return None
        megabytes = fields.whole(data, "max_file_size_mb")
        largest_bytes = None if megabytes is None else megabytes * 1024 * 1024
        lasts_seconds = fields.whole(data, "expire_in_seconds")
        until_seconds = 0.0 if lasts_seconds is None else now_seconds + lasts_seconds
        return cls(host, directory.rstrip("/"), given, largest_bytes, until_seconds)

    def lasts(self, now_seconds: float) -> bool:
        """Whether it will serve another upload."""
        return now_seconds + _SPARE_SECONDS < self.until_seconds
