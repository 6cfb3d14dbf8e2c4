"""Handing a file to the service: where it may go, its space for 48 hours, bound to one model."""

from __future__ import annotations

import mimetypes
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.dashscope import address, fields
from bot.dashscope.errors import RequestInvalid, TryAgain
from bot.dashscope.http import ProviderAnswer, Timeout, Wire

KEPT_MILLISECONDS = 48 * 3600 * 1000
"""How long the space keeps a file (DashScope docs: upload a file to get a temporary URL)."""


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
    Raises `TryAgain`, or `RequestInvalid` when repeating cannot help.
    """
    host = address.trusted(policy.upload_host, base_url=base_url)
    if host is None:
        raise RequestInvalid(f"upload: unsafe address {address.shown(policy.upload_host)}")
    _check_size(policy, data)
    key = f"{policy.upload_dir}/{object_name(file_name)}"
    part = (file_name, data, mimetypes.guess_type(file_name)[0] or "application/octet-stream")
    answer = await wire.ask(
        "upload", "POST", host, timeout=timeout, data=policy.form(key), files={"file": part}
    )
    return _stored(answer, key)


async def put_with_fresh_policy(
    ask_policy: Callable[[], Awaitable[Policy]], send: Callable[[Policy], Awaitable[str | None]]
) -> str:
    """Send under a new policy, and once more under another when that one has expired meanwhile."""
    for _ in range(2):
        url = await send(await ask_policy())
        if url is not None:
            return url
    raise TryAgain("upload: a policy expired before it could be used, twice; is the clock right?")


def object_name(file_name: str) -> str:
    """A name never used before: overwriting is forbidden, and a lost answer is safe to repeat."""
    suffix = re.search(r"\.[A-Za-z0-9]{1,8}$", file_name)
    return uuid.uuid4().hex + (suffix.group() if suffix else "")


def _check_size(policy: Policy, data: bytes) -> None:
    if policy.largest_bytes is not None and len(data) > policy.largest_bytes:
        raise RequestInvalid(
            f"upload: {len(data)} bytes, the space takes {policy.largest_bytes} at most"
        )


def _stored(answer: ProviderAnswer, key: str) -> str | None:
    if answer.ok:
        return f"oss://{key}"
    if answer.status == 403 and b"policy expired" in answer.body.lower():
        return None
    text = f"upload: {answer.status} {answer.clip}"
    if 400 <= answer.status < 500 and answer.status not in (408, 429):
        raise RequestInvalid(text)
    raise TryAgain(text)


@dataclass(frozen=True, slots=True)
class Policy:
    """What `getPolicy` returns (DashScope docs: upload a file to get a temporary URL)."""

    upload_host: str
    upload_dir: str
    access_key_id: str = field(repr=False)
    policy: str = field(repr=False)
    signature: str = field(repr=False)
    object_acl: str
    forbid_overwrite: str
    largest_bytes: int | None

    @classmethod
    def read(cls, answer: Mapping[str, object]) -> Policy | None:
        """The policy in an answer; None when a part that is needed is missing."""
        data = fields.mapping(answer, "data")
        host, directory = fields.text(data, "upload_host"), fields.text(data, "upload_dir")
        key_id, policy = fields.text(data, "oss_access_key_id"), fields.text(data, "policy")
        signature = fields.text(data, "signature")
        if not (host and directory and key_id and policy and signature):
            return None
        return cls(
            upload_host=host,
            upload_dir=directory.rstrip("/"),
            access_key_id=key_id,
            policy=policy,
            signature=signature,
            object_acl=fields.text(data, "x_oss_object_acl") or "private",
            forbid_overwrite=fields.text(data, "x_oss_forbid_overwrite") or "true",
            largest_bytes=_bytes(fields.whole(data, "max_file_size_mb")),
        )

    def form(self, key: str) -> dict[str, str]:
        """The form fields that go before the file."""
        return {
            "OSSAccessKeyId": self.access_key_id,
            "policy": self.policy,
            "Signature": self.signature,
            "key": key,
            "x-oss-object-acl": self.object_acl,
            "x-oss-forbid-overwrite": self.forbid_overwrite,
            "success_action_status": "200",
        }


def _bytes(megabytes: int | None) -> int | None:
    return None if megabytes is None else megabytes * 1024 * 1024
