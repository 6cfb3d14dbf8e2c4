"""Files as parts of messages: `photo`, `video`, `voice`, … with what Telegram adds to them."""

from __future__ import annotations

import asyncio
import mimetypes
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from bot.sandbox.telegram.files.files import FileStore, StoredFile
from bot.sandbox.telegram.files.pictures import NotAPhoto, Size, photo_sizes, thumbnail
from bot.sandbox.telegram.files.recordings import Facts, inspect

Json = dict[str, Any]

# The ends of file names Telegram gives its own formats.
_SUFFIXES = {"photo": ".jpg", "voice": ".oga", "video": ".mp4", "video_note": ".mp4"}
_TYPES = {"voice": "audio/ogg", "video": "video/mp4", "video_note": "video/mp4"}
VIDEO_NOTE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Claims:
    """What the sender says about a file; None where it says nothing."""

    duration_seconds: int | None = None
    width: int | None = None
    height: int | None = None
    title: str | None = None
    performer: str | None = None
    file_name: str | None = None
    mime_type: str | None = None
    thumbnail: bytes | None = None
    cover: bytes | None = None


async def photo(files: FileStore, data: bytes) -> list[Json]:
    """The sizes of a photo, smallest first. Raises NotAPhoto."""
    sizes = await asyncio.to_thread(photo_sizes, data)
    shown = [_photo_size(files, size, "photo") for size in sizes]
    for size in shown:
        files.remember(size["file_id"], {"sizes": shown})
    return shown


async def recording(files: FileStore, kind: str, data: bytes, claims: Claims) -> Json:
    """A `video`, `voice`, `audio` or `video_note` object."""
    facts = await asyncio.to_thread(inspect, data)
    stored = _put(files, kind, data, claims)
    measured = _measured(kind, facts, claims)
    pictures = await _pictures(files, claims)
    return files.remember(stored.file_id, {**stored.as_json(), **measured, **pictures})


async def document(files: FileStore, data: bytes, claims: Claims) -> Json:
    """A `document` object: the bytes as they are."""
    stored = _put(files, "document", data, claims)
    named = {"file_name": claims.file_name} if claims.file_name else {}
    pictures = await _pictures(files, claims)
    content = {**stored.as_json(), **named, "mime_type": stored.mime_type, **pictures}
    return files.remember(stored.file_id, content)


def sticker(files: FileStore, data: bytes) -> Json:
    """A static `sticker` object."""
    stored = files.put(data, "sticker", suffix=".webp", mime_type="image/webp")
    facts: Json = {
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    }
    return files.remember(stored.file_id, {**stored.as_json(), **facts})


def _put(files: FileStore, kind: str, data: bytes, claims: Claims) -> StoredFile:
    named = PurePath(claims.file_name or "").suffix
    guessed = mimetypes.guess_type(claims.file_name or "")[0]
    mime_type = claims.mime_type or _TYPES.get(kind) or guessed or "application/octet-stream"
    return files.put(data, kind, suffix=_SUFFIXES.get(kind, named), mime_type=mime_type)


def _measured(kind: str, facts: Facts, claims: Claims) -> Json:
    duration = claims.duration_seconds
    shown: Json = {"duration": round(facts.duration_seconds) if duration is None else duration}
    if kind == "video":
        shown |= {"width": claims.width or facts.width, "height": claims.height or facts.height}
    if kind == "video_note":
        shown["length"] = claims.width or facts.width or 1
    if kind in ("video", "voice", "audio"):
        shown["mime_type"] = claims.mime_type or _TYPES.get(kind) or "audio/mpeg"
    if kind in ("video", "audio") and claims.file_name:
        shown["file_name"] = claims.file_name
    if kind == "audio":
        shown |= _song(facts, claims)
    return shown


def _song(facts: Facts, claims: Claims) -> Json:
    named = {"title": claims.title or facts.title, "performer": claims.performer or facts.performer}
    return {name: value for name, value in named.items() if value}


async def _pictures(files: FileStore, claims: Claims) -> Json:
    shown: Json = {}
    if claims.thumbnail is not None:
        shown["thumbnail"] = await _thumbnail(files, claims.thumbnail)
    if claims.cover is not None:
        shown["cover"] = await photo(files, claims.cover)
    return {name: value for name, value in shown.items() if value}


async def _thumbnail(files: FileStore, data: bytes) -> Json | None:
    # Telegram drops a thumbnail it cannot use instead of refusing the file.
    try:
        size = await asyncio.to_thread(thumbnail, data)
    except NotAPhoto:
        return None
    return _photo_size(files, size, "thumbnail")


def _photo_size(files: FileStore, size: Size, kind: str) -> Json:
    stored = files.put(size.jpeg, kind, suffix=".jpg", mime_type="image/jpeg")
    return {**stored.as_json(), "width": size.width, "height": size.height}
