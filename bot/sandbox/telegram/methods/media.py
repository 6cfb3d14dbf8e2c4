"""sendPhoto, sendVideo, …: a file by upload or by file_id, turned into a message's media."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.files.media import VIDEO_NOTE_SECONDS, Claims, document, photo, recording
from bot.sandbox.telegram.files.pictures import NotAPhoto
from bot.sandbox.telegram.files.recordings import inspect
from bot.sandbox.telegram.methods.call import Call, Method, chat_of
from bot.sandbox.telegram.methods.sending import caption_of, send
from bot.sandbox.telegram.params import Upload

Json = dict[str, Any]

_SPOKEN = {"video_note": "video note"}
_NAMES = {"photo": "Photo", "video": "Video", "voice": "VoiceNote", "audio": "Audio"}
_NAMES |= {"document": "Document", "video_note": "VideoNote", "sticker": "Sticker"}


def sender_of(kind: str) -> Method:
    """The method that sends one file of this kind."""

    async def method(call: Call) -> Json:
        chat = chat_of(call)
        caption = {} if kind == "video_note" else caption_of(call)
        source = {name: call.params.json(name) for name in ("duration", "width", "height")}
        source |= {name: call.params.text(name) for name in ("title", "performer")}
        source["width"] = source["width"] or call.params.json("length")
        content = await media_content(call, kind, source)
        return send(call, chat, {**content, **caption, **_looks(call, kind)}).as_api()

    return method


def _looks(call: Call, kind: str) -> Json:
    looks: Json = {}
    if kind in ("photo", "video"):
        if call.params.flag("has_spoiler"):
            looks["has_media_spoiler"] = True
        if call.params.flag("show_caption_above_media"):
            looks["show_caption_above_media"] = True
    return looks


async def media_content(
    call: Call, kind: str, source: Mapping[str, Any], *, reference: str | None = None
) -> Json:
    """`{"video": {…}}` and the like. `reference` is `media` of an InputMedia object.

    Raises ApiError 400 for a missing, wrong or unusable file and 413 for one that is too big.
    """
    upload = call.params.upload(kind, reference)
    if upload is not None:
        _check_size(call, kind, len(upload.data))
        return await _uploaded(call, kind, upload, source)
    named = reference if reference is not None else call.params.text(kind)
    if not named:
        raise bad_request(f"there is no {_SPOKEN.get(kind, kind)} in the request")
    return _known(call, kind, named)


def _check_size(call: Call, kind: str, size_bytes: int) -> None:
    limits = call.world.media_limits
    if size_bytes > limits.upload_bytes:
        raise ApiError(413, "Request Entity Too Large")
    if size_bytes == 0:
        raise bad_request("file must be non-empty")
    if kind == "photo" and size_bytes > limits.photo_bytes:
        raise bad_request(f"file of size {size_bytes} bytes is too big for a photo")


def _known(call: Call, kind: str, file_id: str) -> Json:
    if file_id.startswith(("http://", "https://")):
        # Telegram would fetch it; the sandbox has no network.
        raise bad_request("failed to get HTTP URL content")
    stored = call.world.files.by_id(file_id)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind != kind:
        was = _NAMES.get(stored.kind, stored.kind)
        raise bad_request(f"can't use file of type {was} as {_NAMES[kind]}")
    if kind == "photo":
        return {"photo": stored.content["sizes"]}
    return {kind: dict(stored.content)}


async def _uploaded(call: Call, kind: str, upload: Upload, source: Mapping[str, Any]) -> Json:
    files = call.world.files
    claims = _claims(call, upload, source)
    try:
        if kind == "photo":
            return {"photo": await photo(files, upload.data)}
        if kind == "document":
            return {"document": await document(files, upload.data, claims)}
        if kind == "video_note" and not await asyncio.to_thread(_is_round, upload.data):
            kind = "video"
        return {kind: await recording(files, kind, upload.data, claims)}
    except NotAPhoto as problem:
        raise bad_request(problem.reason) from None


def _is_round(data: bytes) -> bool:
    """Telegram sends a video that is not square, or too long, as an ordinary one."""
    facts = inspect(data)
    return facts.width == facts.height and facts.duration_seconds <= VIDEO_NOTE_SECONDS


def _claims(call: Call, upload: Upload, source: Mapping[str, Any]) -> Claims:
    thumbnail = call.params.upload("thumbnail", source.get("thumbnail"))
    cover = call.params.upload("cover", source.get("cover"))
    return Claims(
        duration_seconds=_number(source, "duration"),
        width=_number(source, "width"),
        height=_number(source, "height"),
        title=source.get("title"),
        performer=source.get("performer"),
        file_name=upload.name,
        mime_type=None if upload.mime_type == "application/octet-stream" else upload.mime_type,
        thumbnail=thumbnail.data if thumbnail else None,
        cover=cover.data if cover else None,
    )


def _number(source: Mapping[str, Any], name: str) -> int | None:
    value = source.get(name)
    try:
        # Telegram takes 0 as "not given".
        return int(float(value)) or None if value is not None else None
    except (TypeError, ValueError):
        raise bad_request(f'parameter "{name}" must be a number') from None
