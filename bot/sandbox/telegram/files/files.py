"""The files of the local Telegram: kept by content, named by file_id."""

from __future__ import annotations

import base64
import hashlib
import itertools
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The folder and the file_id's first letters of each kind, as Telegram's own look.
_FOLDERS = {
    "photo": ("photos", "AgACAgI"),
    "thumbnail": ("thumbnails", "AAMCAgI"),
    "voice": ("voice", "AwACAgI"),
    "video": ("videos", "BAACAgI"),
    "audio": ("music", "CQACAgI"),
    "document": ("documents", "BQACAgI"),
    "video_note": ("video_notes", "DQACAgI"),
    "sticker": ("stickers", "CAACAgI"),
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a chat. `content` is the Bot API object it is part of, to send it again by id."""

    file_id: str
    file_unique_id: str
    kind: str
    file_path: str
    mime_type: str
    size_bytes: int
    location: Path
    content: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The fields every Bot API file object has."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.file_unique_id,
            "file_size": self.size_bytes,
        }


class FileStore:
    """Every file once on disk, in a temporary directory that goes with the store."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._paths: dict[str, StoredFile] = {}
        self._numbers = itertools.count(0)
        self._directory: Path | None = None

    def put(self, data: bytes, kind: str, *, suffix: str, mime_type: str) -> StoredFile:
        """Keep a file; `suffix` with its dot ends its path."""
        digest = hashlib.sha256(data).digest()
        location = self._write(data, digest.hex())
        number = next(self._numbers)
        folder, prefix = _FOLDERS[kind]
        tail = hashlib.sha256(digest + str(number).encode()).digest() + digest[:9]
        stored = StoredFile(
            file_id=prefix + _letters(tail),
            file_unique_id="AQAD" + _letters(hashlib.sha256(kind.encode() + digest).digest()[:9]),
            kind=kind,
            file_path=f"{folder}/file_{number}{suffix}",
            mime_type=mime_type,
            size_bytes=len(data),
            location=location,
            content={},
        )
        self._files[stored.file_id] = stored
        self._paths[stored.file_path] = stored
        return stored

    def remember(self, file_id: str, content: dict[str, Any]) -> dict[str, Any]:
        """Note the Bot API object a file is part of; returns it."""
        self._files[file_id].content.update(content)
        return content

    def by_id(self, file_id: str) -> StoredFile | None:
        """The file of this id."""
        return self._files.get(file_id)

    def by_path(self, file_path: str) -> StoredFile | None:
        """The file getFile gave this path."""
        return self._paths.get(file_path)

    @property
    def directory(self) -> Path:
        """Where they are; made when it is first asked for."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="local-telegram-"))
            weakref.finalize(self, shutil.rmtree, self._directory, ignore_errors=True)
        return self._directory

    def laid_out(self, stored: StoredFile, token: str) -> Path:
        """The file where a Bot API server with --local has it: below its folder, by token."""
        path = self.directory / token / stored.file_path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.hardlink_to(stored.location)
        return path

    def close(self) -> None:
        """Forget everything and remove the directory."""
        self._files.clear()
        self._paths.clear()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def _write(self, data: bytes, name: str) -> Path:
        location = self.directory / name
        if not location.exists():
            location.write_bytes(data)
        return location


def _letters(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
