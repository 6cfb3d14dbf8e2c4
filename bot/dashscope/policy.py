"""A policy: the provider's permission to put one file into its temporary space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.dashscope import fields


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
