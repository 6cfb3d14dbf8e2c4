"""Upload policies of the temporary space: issued signed, checked as OSS checks them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.sandbox.dashscope.answers import Refused

MAXIMUM_FILE_MEGABYTES = 1024
ACL = "private"
FORBID_OVERWRITE = "true"


@dataclass(frozen=True, slots=True)
class Grant:
    """Whom a policy was issued to, and for which model."""

    account: str
    model: str


class PolicyDesk:
    """Issues policies and recognises its own."""

    def __init__(self) -> None:
        self._access_key_id = f"LTAI-local-{secrets.token_hex(4)}"
        self._secret = secrets.token_bytes(32)
        self._grants: dict[str, Grant] = {}

    def issue(self, grant: Grant, now_milliseconds: int, life_seconds: int) -> dict[str, Any]:
        """Return the `data` of a getPolicy answer."""
        upload_dir = f"dashscope-instant/{_tag(grant.account)}/{uuid.uuid4()}"
        self._grants[upload_dir] = grant
        policy = _encode(_document(upload_dir, now_milliseconds + life_seconds * 1000))
        return {
            "policy": policy,
            "signature": self._sign(policy),
            "upload_dir": upload_dir,
            "expire_in_seconds": life_seconds,
            "max_file_size_mb": MAXIMUM_FILE_MEGABYTES,
            "capacity_limit_mb": 999_999_999,
            "oss_access_key_id": self._access_key_id,
            "x_oss_object_acl": ACL,
            "x_oss_forbid_overwrite": FORBID_OVERWRITE,
        }

    def check(self, fields: Mapping[str, str], size_bytes: int, now_milliseconds: int) -> Grant:
        """Return whom the upload belongs to. Raises Refused with OSS's codes."""
        policy = fields.get("policy", "")
        if not policy:
            raise _denied("You have no right to access this object because of bucket acl.")
        self._check_signature(policy, fields)
        document = _decode(policy)
        if _expiry_milliseconds(document) <= now_milliseconds:
            raise _denied("Invalid according to Policy: Policy expired.")
        for condition in document["conditions"]:
            _check_condition(condition, fields, size_bytes)
        return self._grants[_upload_dir(document)]

    def _check_signature(self, policy: str, fields: Mapping[str, str]) -> None:
        if fields.get("OSSAccessKeyId") != self._access_key_id:
            raise Refused(
                403,
                "InvalidAccessKeyId",
                "The OSS Access Key Id you provided does not exist in our records.",
            )
        if not hmac.compare_digest(self._sign(policy), fields.get("Signature", "")):
            raise Refused(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. "
                "Check your key and signing method.",
            )

    def _sign(self, policy: str) -> str:
        # HMAC-SHA1 is what OSS's form upload uses.
        digest = hmac.new(self._secret, policy.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()


def _tag(account: str) -> str:
    return hashlib.sha256(account.encode()).hexdigest()[:32]


def _document(upload_dir: str, expiry_milliseconds: int) -> dict[str, Any]:
    expiry = datetime.fromtimestamp(expiry_milliseconds / 1000, UTC)
    return {
        "expiration": expiry.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "conditions": [
            ["content-length-range", 0, MAXIMUM_FILE_MEGABYTES * 1024 * 1024],
            ["starts-with", "$key", upload_dir],
            {"x-oss-object-acl": ACL},
            {"x-oss-forbid-overwrite": FORBID_OVERWRITE},
        ],
    }


def _encode(document: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()


def _decode(policy: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(base64.b64decode(policy))
    return document


def _expiry_milliseconds(document: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(document["expiration"]).timestamp() * 1000)


def _upload_dir(document: dict[str, Any]) -> str:
    starts = (c for c in document["conditions"] if isinstance(c, list) and c[1] == "$key")
    return str(next(starts)[2])


def _check_condition(condition: Any, fields: Mapping[str, str], size_bytes: int) -> None:
    if isinstance(condition, dict):
        for name, value in condition.items():
            if fields.get(name) != value:
                raise _failed(condition)
        return
    kind, name, bound = condition
    if kind == "starts-with" and not fields.get(name[1:], "").startswith(f"{bound}/"):
        raise _failed(condition)
    if kind == "content-length-range" and size_bytes > bound:
        raise Refused(
            400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size."
        )


def _failed(condition: Any) -> Refused:
    return _denied(f"Invalid according to Policy: Policy Condition failed: {json.dumps(condition)}")


def _denied(message: str) -> Refused:
    return Refused(403, "AccessDenied", message)
