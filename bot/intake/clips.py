"""Clips of a long voice, sent as voice messages, for its sender to choose one."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from functools import partial

from bot.chat.messenger import Messenger
from bot.clock import Clock
from bot.intake.inputs import LongVoice
from bot.media.sound.errors import SoundRefused
from bot.media.worker.client import MediaWorkerDied, MediaWorkerNotStarted
from bot.outbox import Work
from bot.telegram import errors as chat
from bot.telegram.files import Files
from bot.telegram.keyboards import Keyboard
from bot.telegram.sender import Sender
from storage import clips, media
from storage.clips import Clip
from storage.db.database import Database
from storage.media import Media, MediaState

logger = logging.getLogger(__name__)

_WAITS_SECONDS = (2, 10, 60, 300)
_LATER = (chat.TryAgain, chat.SendUnknown, MediaWorkerNotStarted)
_NEVER = (SoundRefused, MediaWorkerDied, ValueError)


class Clips:
    """Sends what was asked for: once each, or twice where an answer of Telegram's was lost."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        files: Files,
        long_voice: LongVoice,
        messenger: Messenger,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sender = sender
        self._files = files
        self._long_voice = long_voice
        self._messenger = messenger
        self._clock = clock

    async def due(self) -> dict[Hashable, Work]:
        """See `BackgroundTask`."""
        waiting = await clips.waiting(self._database, self._clock.now_milliseconds())
        return {("clips", media_id): partial(self._send_all, media_id) for media_id in waiting}

    async def _send_all(self, media_id: int) -> None:
        item = await media.get(self._database, media_id)
        wanted = await clips.wanted_of(self._database, media_id)
        if item is None or not wanted:
            return
        try:
            await self._send(item, wanted)
        except chat.ChatMoved as failure:
            await self._messenger.note_moved(item.chat_id, failure.new_chat_id)
        except _LATER as failure:
            await self._later(item, wanted[0].tries, failure)
        except (chat.TelegramFailure, *_NEVER) as failure:
            await self._give_up(item, failure)

    async def _send(self, item: Media, wanted: list[Clip]) -> None:
        data = await self._files.download(item.file_id, item.file_size_bytes)
        spans = tuple(_span(clip) for clip in wanted)
        notes = await self._long_voice.clips(item, data, spans)
        for clip, note in zip(wanted, notes, strict=True):
            current = await media.get(self._database, item.id)
            if current is None or current.state != MediaState.ASKED:
                return
            await self._send_one(current, clip, note)

    async def _send_one(self, item: Media, clip: Clip, note: bytes) -> None:
        texts = await self._messenger.texts_for(item.user_id, item.chat_id)
        begin, end = _span(clip)
        button = (texts.plain("button-use-piece"), f"piece:{item.id}:{clip.number}")
        sent = await self._sender.send_voice(
            item.chat_id,
            note,
            seconds=round((end - begin) / 1000),
            caption=texts.html("excerpt-caption", start=_clock(begin), finish=_clock(end)),
            keyboard=Keyboard.of([button]),
            reply_to=item.message_id or None,
            thread_id=item.thread_id or None,
        )
        async with self._database.transaction() as tx:
            await clips.sent(tx, clip, sent.message_id)

    async def _later(self, item: Media, tries: int, failure: Exception) -> None:
        if tries >= len(_WAITS_SECONDS):
            await self._give_up(item, failure)
            return
        logger.warning("clips of media item %s: %r, later again", item.id, failure)
        not_before = self._clock.now_milliseconds() + _WAITS_SECONDS[tries] * 1000
        async with self._database.transaction() as tx:
            await clips.postpone(tx, item.id, not_before)

    async def _give_up(self, item: Media, failure: Exception) -> None:
        """The question stays, with the other answers to it."""
        logger.error("clips of media item %s cannot be sent: %r", item.id, failure)
        async with self._database.transaction() as tx:
            await clips.give_up(tx, item.id)


def _span(clip: Clip) -> tuple[int, int]:
    return (
        clip.from_milliseconds,
        clip.from_milliseconds + clip.length_milliseconds,
    )


def _clock(milliseconds: int) -> str:
    """As players show it: minutes and seconds."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}:{seconds:02}"
