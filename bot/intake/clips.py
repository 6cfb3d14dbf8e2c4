"""Clips of a long voice, sent as voice messages, for its sender to choose one."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial

from bot.chat.messenger import Messenger
from bot.common import CommonServices, Component
from bot.intake.inputs import LongVoice
from bot.media.errors import MediaUnusable
from bot.media.worker.client import MediaWorkerNotStarted
from bot.retry import OUTBOX
from bot.task_pool import Work
from bot.telegram import errors as chat
from bot.telegram.destination import Destination
from bot.telegram.keyboards import Keyboard
from storage import clips, media
from storage.clips import Clip
from storage.media import Media, MediaState

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Clips(Component):
    """Sends what was asked for: once each, or twice where an answer of Telegram's was lost."""

    common: CommonServices
    long_voice: LongVoice
    messenger: Messenger

    async def due(self) -> dict[Hashable, Work]:
        """See `BackgroundTask`."""
        waiting = await clips.waiting(self.database)
        return {("clips", media_id): partial(self._send_all, media_id) for media_id in waiting}

    async def _send_all(self, media_id: int) -> None:
        item = await media.get(self.database, media_id)
        wanted = await clips.wanted_of(self.database, media_id)
        if item is None or not wanted:
            return
        try:
            await self._send(item, wanted)
        except chat.ChatMoved as failure:
            await self.messenger.note_moved(item.chat_id, failure.new_chat_id)
        except (chat.TryAgain, chat.SendUnknown, MediaWorkerNotStarted) as failure:
            await self._later(item, wanted[0].tries, failure)
        except (chat.TelegramFailure, MediaUnusable, ValueError) as failure:
            await self._give_up(item, failure)

    async def _send(self, item: Media, wanted: list[Clip]) -> None:
        data = await self.files.download(item.file_id, item.file_size_bytes)
        spans = tuple(_span(clip) for clip in wanted)
        notes = await self.long_voice.clips(item, data, spans)
        for clip, note in zip(wanted, notes, strict=True):
            current = await media.get(self.database, item.id)
            if current is None or current.state != MediaState.ASKED:
                return
            await self._send_one(current, clip, note)

    async def _send_one(self, item: Media, clip: Clip, note: bytes) -> None:
        texts = await self.messenger.texts_for(item.user_id, item.chat_id)
        begin, end = _span(clip)
        button = (texts.plain("button-use-clip"), f"clip:{item.id}:{clip.number}")
        sent = await self.sender.send_voice(
            Destination.of(item.chat_id, item.thread_id, item.message_id),
            note,
            seconds=round((end - begin) / 1000),
            caption=texts.html("clip-caption", start=_clock(begin), finish=_clock(end)),
            keyboard=Keyboard.of([button]),
        )
        async with self.database.transaction() as tx:
            await clips.sent(tx, clip, sent.message_id)

    async def _later(self, item: Media, tries: int, failure: Exception) -> None:
        delay_seconds = OUTBOX.delay_seconds(tries + 1)
        if delay_seconds is None:
            await self._give_up(item, failure)
            return
        logger.warning("clips of media item %s: %r, later again", item.id, failure)
        not_before = self.clock.now_milliseconds() + int(delay_seconds * 1000)
        async with self.database.transaction() as tx:
            await clips.postpone(tx, item.id, not_before)

    async def _give_up(self, item: Media, failure: Exception) -> None:
        """The question stays, with the other answers to it."""
        logger.error("clips of media item %s cannot be sent: %r", item.id, failure)
        async with self.database.transaction() as tx:
            await clips.give_up(tx, item.id)


def _span(clip: Clip) -> tuple[int, int]:
    return (clip.from_milliseconds, clip.from_milliseconds + clip.length_milliseconds)


def _clock(milliseconds: int) -> str:
    """As players show it: minutes and seconds."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}:{seconds:02}"
