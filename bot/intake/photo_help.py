"""Photo help: what is wrong with a photo, shown on the photo, with the parts that would do.

The message that said it in words becomes the picture: one message a fault, with all its buttons.
"""

from __future__ import annotations

import json
import logging

from telegram import ForceReply

from bot.chat.messenger import Messenger
from bot.common import Component, Part
from bot.intake.replies import MediaReplies
from bot.media.calls import explain_picture
from bot.media.errors import MediaFailure
from bot.media.exchange import Explained
from bot.telegram import errors as chat
from bot.telegram.destination import Destination
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.texts import Catalogue
from storage import media, media_answers
from storage.media import Media

logger = logging.getLogger(__name__)

Rows = list[list[tuple[str, str]]]

_OF_FACES = frozenset(
    {"ask-several", "several-people", "not-one-person", "proportion", "full-face", "face-pose"}
)
"""The faults that boxes round the faces explain."""
_OF_SIZE = frozenset({"proportion"})
_OF_EDGE = frozenset({"proportion", "full-face"})


class PhotoHelp(Component):
    """Shows the picture with its boxes, once a photo; no help is no failure."""

    messenger = Part(Messenger)
    replies = Part(MediaReplies)

    async def show(self, media_id: int) -> None:
        """Where something is known that words alone do not say; after a crash perhaps twice.

        Raises: `NotSent`: later it may be.
        """
        item = await media.get(self.database, media_id)
        if item is None or not _may_be_helped(item):
            return
        try:
            data = await self.files.download(item.file_id, item.file_size_bytes)
            explained = await self.common.media.run(explain_picture, data)
            if explained is not None:
                await self._show(item, explained)
        except chat.NotSent:
            raise
        except chat.ChatDead as failure:
            await self.messenger.note_dead(item.chat_id, failure)
        except (chat.TelegramFailure, MediaFailure) as failure:
            logger.info("media item %s is not explained: %r", item.id, failure)

    async def _show(self, item: Media, explained: Explained) -> None:
        texts = await self.texts_for(item.user_id)
        caption = _caption(item, explained, texts)
        if caption is None:
            return
        async with self.database.transaction() as tx:
            crops = [list(offer.crop) for offer in explained.offers]
            await media_answers.offer_crops(tx, item.id, json.dumps(crops))
        rows = _rows(item, explained, texts)
        message_id = await self._add_to_reply(item, explained.jpeg, caption, rows)
        if message_id is None:
            sent = await self.sender.send_photo(
                Destination(item.chat_id, item.thread_id, item.message_id),
                explained.jpeg,
                caption=caption,
                keyboard=keyboard_of(*rows) if rows else None,
            )
            message_id = sent.message_id
        await self.database.do(media_answers.set_help, item.id, message_id)

    async def _add_to_reply(self, item: Media, jpeg: bytes, caption: str, rows: Rows) -> int | None:
        """The message that named the fault; None where it opened the reply field, or is gone."""
        text, keyboard = await self.replies.words(item) or ("", None)
        if isinstance(keyboard, ForceReply) or item.reply_message_id is None:
            return None
        buttons = [*(keyboard.inline_keyboard if keyboard else ())]
        buttons += keyboard_of(*rows).inline_keyboard
        try:
            await self.sender.edit_photo(
                item.chat_id,
                item.reply_message_id,
                jpeg,
                caption=f"{text}\n\n{caption}",
                keyboard=Keyboard(buttons) if buttons else None,
            )
        except chat.MessageGone:
            return None
        return item.reply_message_id


def _may_be_helped(item: Media) -> bool:
    """Of a part that was chosen the boxes are no longer known."""
    if not item.is_photo or item.fault not in _OF_FACES:
        return False
    return item.crop is None and item.help_message_id is None


def _caption(item: Media, explained: Explained, texts: Catalogue) -> str | None:
    if explained.faces > 1:
        key = "photo-help-several" if explained.offers else "photo-help-together"
        return texts.html(key, faces=explained.faces)
    if item.fault in _OF_SIZE and explained.offers:
        return texts.html("photo-help-small")
    if item.fault in _OF_EDGE and explained.at_edge:
        return texts.html("photo-help-edge")
    return None


def _rows(item: Media, explained: Explained, texts: Catalogue) -> Rows:
    """A button a part; it names the part by its place among those offered."""
    rows = []
    for number, offer in enumerate(explained.offers):
        label = texts.plain("button-use-part")
        if explained.faces > 1:
            label = texts.plain("button-use-person", number=offer.number)
        rows.append([(label, f"crop:{item.id}:{number}")])
    return rows
