"""sendMediaGroup: 2 to 10 files as one album."""

from __future__ import annotations

import itertools
from typing import Any

from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.methods.call import Call, chat_of, take_turn
from bot.sandbox.telegram.methods.media import media_content
from bot.sandbox.telegram.methods.permissions import check_right, check_slow_mode
from bot.sandbox.telegram.methods.sending import placed, post
from bot.sandbox.telegram.texts.texts import caption_text

Json = dict[str, Any]

_KINDS = frozenset({"photo", "video", "audio", "document"})
# These do not mix with others in one album.
_ALONE = frozenset({"audio", "document"})
_ids = itertools.count(13_000_000_000_000_001)


def new_album_id() -> str:
    """A `media_group_id`."""
    return str(next(_ids))


async def send_media_group(call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#sendmediagroup"""
    chat = chat_of(call)
    items = _items(call.params.json("media"))
    contents = [await input_media(call, item) for item in items]
    place = placed(call, chat)
    for content in contents:
        check_right(call, chat, content)
    check_slow_mode(call, chat)
    take_turn(call, chat, count=len(items))
    album = {"media_group_id": new_album_id()}
    messages = [post(call, chat, {**place, **album, **content}) for content in contents]
    for message in messages:
        call.world.announce(message)
    return [message.as_api() for message in messages]


async def input_media(call: Call, item: Json) -> Json:
    """The content of an InputMedia object: media and caption."""
    kind = str(item.get("type"))
    if kind not in _KINDS:
        raise bad_request(f"type {kind!r} of the InputMedia is not supported")
    reference = item.get("media")
    if not isinstance(reference, str) or not reference:
        raise bad_request(f"{kind} not found")
    caption = caption_text(
        str(item.get("caption") or ""),
        str(item.get("parse_mode") or ""),
        item.get("caption_entities"),
    )
    content = await media_content(call, kind, item, reference=reference)
    return {**content, **caption.as_caption()}


def _items(items: Any) -> list[Json]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise bad_request("expected an Array of InputMedia")
    if not 2 <= len(items) <= 10:
        raise bad_request("message must include 2-10 media")
    kinds = {str(item.get("type")) for item in items}
    if len(kinds) > 1 and kinds & _ALONE:
        raise bad_request("can't use the media of the specified type in the album")
    return items
