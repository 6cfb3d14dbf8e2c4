"""Finished videos behind addresses that are signed and expire."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from urllib.parse import urlencode

from bot.sandbox.dashscope.answers import Refused


class ResultShelf:
    """The videos by task id."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._secret = secrets.token_bytes(32)

    def path(self, task_id: str) -> Path:
        """Where a task's video is or will be."""
        return self._directory / f"{task_id}.mp4"

    def place(self, task_id: str) -> Path:
        """Where to write a task's video."""
        self._directory.mkdir(mode=0o700, exist_ok=True)
        return self.path(task_id)

    def address(self, base_url: str, task_id: str, expires_seconds: int) -> str:
        """Return the address of a video, good until then (seconds since 1970)."""
        query = {"Expires": expires_seconds, "Signature": self._sign(task_id, expires_seconds)}
        return f"{base_url}/results/{task_id}.mp4?{urlencode(query)}"

    def open(self, task_id: str, expires: str, signature: str, now_milliseconds: int) -> Path:
        """Return the video behind an address. Raises Refused."""
        if not expires.isdecimal() or not hmac.compare_digest(
            self._sign(task_id, int(expires)).encode(), signature.encode()
        ):
            raise Refused(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided.",
            )
        if int(expires) * 1000 <= now_milliseconds:
            raise Refused(403, "AccessDenied", "Request has expired.")
        if not self.path(task_id).is_file():
            raise no_such_key()
        return self.path(task_id)

    def _sign(self, task_id: str, expires_seconds: int) -> str:
        text = f"{task_id}\n{expires_seconds}".encode()
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()


def no_such_key() -> Refused:
    """Return the error for a file that is not there."""
    return Refused(404, "NoSuchKey", "The specified key does not exist.")
