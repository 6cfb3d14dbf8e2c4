"""The temporary space: what was uploaded, for whom, for which model, until when."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.dashscope.answers import Refused, not_fetched
from bot.sandbox.dashscope.space.policy import Grant

UPLOAD_LIFE_MILLISECONDS = 48 * 3600 * 1000
"""DashScope docs: files of the temporary space are removed after 48 hours."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file in the temporary space."""

    key: str
    grant: Grant
    path: Path
    size_bytes: int
    uploaded_milliseconds: int

    def as_json(self) -> dict[str, Any]:
        """The upload as the control API shows it."""
        return {
            "key": self.key,
            "account": self.grant.account,
            "model": self.grant.model,
            "size_bytes": self.size_bytes,
            "uploaded_milliseconds": self.uploaded_milliseconds,
        }


class UploadSpace:
    """Files by key; each is bound to the account and the model of its policy."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._uploads: dict[str, Upload] = {}

    def put(self, key: str, grant: Grant, data: bytes, now_milliseconds: int) -> Upload:
        """Keep a file. Raises Refused when the key is taken."""
        if key in self._uploads:
            raise Refused(
                409,
                "FileAlreadyExists",
                "The object you specified already exists and can not be overwritten.",
            )
        self._directory.mkdir(mode=0o700, exist_ok=True)
        path = self._directory / uuid.uuid4().hex
        path.write_bytes(data)
        self._uploads[key] = Upload(key, grant, path, len(data), now_milliseconds)
        return self._uploads[key]

    def read(self, key: str, grant: Grant, now_milliseconds: int) -> bytes:
        """Return a file's bytes. Raises Refused for one that is gone or somebody else's."""
        upload = self._uploads.get(key)
        if upload is None or upload.grant != grant:
            raise not_fetched()
        if upload.uploaded_milliseconds + UPLOAD_LIFE_MILLISECONDS <= now_milliseconds:
            raise not_fetched()
        return upload.path.read_bytes()

    def all(self) -> list[Upload]:
        """Everything uploaded, oldest first."""
        return list(self._uploads.values())
