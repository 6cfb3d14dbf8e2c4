"""Photo help: what is wrong with a photo, shown on the photo, with the parts that would do."""

from __future__ import annotations

import json
import logging

from bot.media.exchange import Explained
from bot.media.picture_errors import PictureRefused
from bot.media.worker import MediaWorker, MediaWorkerDied, MediaWorkerNotStarted
from bot.pipeline.conversation import Conversation
from bot.telegram import errors as chat
from bot.telegram.files import Files
from bot.telegram.keyboard import Keyboard
from bot.telegram.sender import Sender
from bot.texts import Catalogue
from storage import answers, media
from storage.database import Database
from storage.media import Media

logger = logging.getLogger(__name__)

_OF_FACES = frozenset(
    {"ask-several", "several-people", "not-one-person", "proportion", "full-face", "face-pose"}
)
"""The faults that boxes round the faces explain."""
_OF_SIZE = frozenset({"proportion"})
_OF_EDGE = frozenset({"proportion", "full-face"})


class PhotoHelp:
    """Sends the picture with its boxes, once a photo; no help is no failure."""

    def __init__(
        self,
        database: Database,
        files: Files,
        worker: MediaWorker,
        conversation: Conversation,
        sender: Sender,
    ) -> None:
        self._database = database
        self._files = files
        self._worker = worker
        self._conversation = conversation
        self._sender = sender

    async def show(self, half_id: int) -> None:
        """Where something is known that words alone do not say; after a crash perhaps twice."""
        half = await media.get(self._database, half_id)
        if half is None or not _may_be_helped(half):
            return
        try:
            data = await self._files.download(half.file_id, half.file_size_bytes)
            explained = await self._worker.explain_picture(data)
            if explained is not None:
                await self._show(half, explained)
        except (PictureRefused, MediaWorkerDied, MediaWorkerNotStarted) as failure:
            logger.info("half %s is not explained: %r", half.id, failure)
        except chat.ChatDead as failure:
            await self._conversation.note_dead(half.chat_id, failure)
        except chat.TelegramFailure as failure:
            logger.info("half %s is not explained: %r", half.id, failure)

    async def _show(self, half: Media, explained: Explained) -> None:
        texts = await self._conversation.texts_for(half.user_id)
        caption = _caption(half, explained, texts)
        if caption is None:
            return
        async with self._database.transaction() as tx:
            crops = [list(offer.crop) for offer in explained.offers]
            await answers.offer_crops(tx, half.id, json.dumps(crops))
        sent = await self._sender.send_photo(
            half.chat_id,
            explained.jpeg,
            caption=caption,
            keyboard=_keyboard(half, explained, texts),
            reply_to=half.message_id or None,
            thread_id=half.thread_id or None,
        )
        async with self._database.transaction() as tx:
            await answers.set_help(tx, half.id, sent.message_id)


def _may_be_helped(half: Media) -> bool:
    """Of a part that was chosen the boxes are no longer known."""
    if not half.is_photo or half.fault not in _OF_FACES:
        return False
    return half.crop is None and half.help_message_id is None


def _caption(half: Media, explained: Explained, texts: Catalogue) -> str | None:
    if explained.faces > 1:
        key = "photo-help-several" if explained.offers else "photo-help-together"
        return texts.html(key, faces=explained.faces)
    if half.fault in _OF_SIZE and explained.offers:
        return texts.html("photo-help-small")
    if half.fault in _OF_EDGE and explained.at_edge:
        return texts.html("photo-help-edge")
    return None


def _keyboard(half: Media, explained: Explained, texts: Catalogue) -> Keyboard | None:
    """A button a part; it names the part by its place among those offered."""
    rows = []
    for place, offer in enumerate(explained.offers):
        label = texts.plain("button-use-part", number=offer.number)
        if explained.faces > 1:
            label = texts.plain("button-use-person", number=offer.number)
        rows.append([(label, f"crop:{half.id}:{place}")])
    return Keyboard.of(*rows) if rows else None
