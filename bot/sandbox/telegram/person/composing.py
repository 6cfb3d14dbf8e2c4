"""What a person's message contains, from the request's fields and file."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bot.sandbox.telegram.errors import Refused
from bot.sandbox.telegram.files import media
from bot.sandbox.telegram.files.pictures import NotAPhoto
from bot.sandbox.telegram.files.recordings import Unreadable, to_voice_note
from bot.sandbox.telegram.params import Params, Upload
from bot.sandbox.telegram.texts.texts import caption_text, message_text
from bot.sandbox.telegram.world import World

Json = dict[str, Any]

# A name clients give a sample in place of a file's name.
_SAMPLES = {"portrait": "portrait.jpg", "voice": "voice.ogg"}


async def compose(world: World, samples: Path, params: Params) -> Json:
    """The content of the message. Raises Refused."""
    kind = params.text("kind") or "text"
    if kind == "text":
        content = message_text(params.text("text"), "").as_text()
    elif kind in _PLAIN:
        content = _PLAIN[kind](params)
    else:
        content = await _media(world, samples, kind, params)
    return {**content, **_extras(world, params)}


def _extras(world: World, params: Params) -> Json:
    extras: Json = {}
    if album := params.text("media_group_id"):
        extras["media_group_id"] = album
    if name := params.text("forward_from_name"):
        origin = {"type": "hidden_user", "sender_user_name": name, "date": world.now_seconds()}
        extras["forward_origin"] = origin
    return extras


async def _media(world: World, samples: Path, kind: str, params: Params) -> Json:
    maker = _MAKERS.get(kind)
    if maker is None:
        raise Refused(400, f"There is no kind of message {kind!r}.")
    upload = await asyncio.to_thread(_file_of, samples, params)
    caption = caption_text(params.text("caption"), "").as_caption()
    try:
        return {**await maker(world, upload, params), **caption}
    except NotAPhoto as problem:
        raise Refused(400, f"That cannot be sent as a photo: {problem.reason}.") from None
    except Unreadable as problem:
        raise Refused(400, f"That cannot be sent as a voice message: {problem}.") from None


def _file_of(samples: Path, params: Params) -> Upload:
    if upload := params.upload("file"):
        return upload
    wanted = params.text("sample")
    if not wanted:
        raise Refused(400, "Send a `file`, or name a `sample`.")
    path = samples / Path(_SAMPLES.get(wanted, wanted)).name
    if not path.is_file():
        raise Refused(404, f"There is no sample {wanted!r}.")
    mime_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Upload(path.name, mime_type, path.read_bytes())


def _claims(upload: Upload, params: Params, *, measured: float | None = None) -> media.Claims:
    claimed = params.maybe_number("duration")
    duration = measured if claimed is None else claimed
    return media.Claims(
        duration_seconds=None if duration is None else round(duration),
        title=params.text("title") or None,
        performer=params.text("performer") or None,
        file_name=params.text("file_name") or upload.name,
        mime_type=params.text("mime_type") or _mime_type(upload),
    )


def _mime_type(upload: Upload) -> str | None:
    return None if upload.mime_type == "application/octet-stream" else upload.mime_type


async def _photo(world: World, upload: Upload, _params: Params) -> Json:
    return {"photo": await media.photo(world.files, upload.data)}


async def _voice(world: World, upload: Upload, params: Params) -> Json:
    data, seconds = upload.data, None
    if not params.flag("raw"):
        data, seconds = await asyncio.to_thread(to_voice_note, upload.data)
    claims = _claims(Upload("voice.ogg", "audio/ogg", data), params, measured=seconds)
    return {"voice": await media.recording(world.files, "voice", data, claims)}


def _recording(kind: str) -> _Maker:
    async def make(world: World, upload: Upload, params: Params) -> Json:
        claims = _claims(upload, params)
        return {kind: await media.recording(world.files, kind, upload.data, claims)}

    return make


async def _document(world: World, upload: Upload, params: Params) -> Json:
    return {"document": await media.document(world.files, upload.data, _claims(upload, params))}


async def _animation(world: World, upload: Upload, params: Params) -> Json:
    """A GIF, or a film without sound: Telegram shows such a message as a document too."""
    claims = _claims(upload, params)
    shown = await media.recording(world.files, "video", upload.data, claims)
    return {"animation": shown, "document": await media.document(world.files, upload.data, claims)}


async def _sticker(world: World, upload: Upload, _params: Params) -> Json:
    return {"sticker": media.sticker(world.files, upload.data)}


def _location(params: Params) -> Json:
    latitude, longitude = params.maybe_number("latitude"), params.maybe_number("longitude")
    return {"location": {"latitude": latitude or 0.0, "longitude": longitude or 0.0}}


def _contact(params: Params) -> Json:
    name = params.text("first_name") or "Somebody"
    return {"contact": {"phone_number": params.text("phone_number", "+0"), "first_name": name}}


_Maker = Callable[[World, Upload, Params], Awaitable[Json]]
_PLAIN: dict[str, Callable[[Params], Json]] = {"location": _location, "contact": _contact}
_MAKERS: dict[str, _Maker] = {
    "photo": _photo,
    "voice": _voice,
    "audio": _recording("audio"),
    "video": _recording("video"),
    "video_note": _recording("video_note"),
    "document": _document,
    "animation": _animation,
    "sticker": _sticker,
}
