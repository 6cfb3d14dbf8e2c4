"""Excerpts: pieces of a long voice, sent as voice notes, for its sender to choose one."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from functools import partial

from bot.clock import Clock
from bot.media.sound_errors import SoundRefused
from bot.media.worker import MediaWorkerDied, MediaWorkerNotStarted
from bot.pipeline.chores import Work
from bot.pipeline.conversation import Conversation
from bot.pipeline.long_voice import LongVoice
from bot.telegram import errors as chat
from bot.telegram.files import Files
from bot.telegram.keyboard import Keyboard
from bot.telegram.sender import Sender
from storage import excerpts, media
from storage.database import Database
from storage.excerpts import Excerpt
from storage.media import Media, MediaState

logger = logging.getLogger(__name__)

_WAITS_SECONDS = (2, 10, 60, 300)
_LATER = (chat.TryAgain, chat.SendUnknown, MediaWorkerNotStarted)
_NEVER = (SoundRefused, MediaWorkerDied, ValueError)


class Excerpts:
    """Sends what was asked for: once each, or twice where an answer of Telegram's was lost."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        files: Files,
        long_voice: LongVoice,
        conversation: Conversation,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sender = sender
        self._files = files
        self._long_voice = long_voice
        self._conversation = conversation
        self._clock = clock

    async def due(self) -> dict[Hashable, Work]:
        """See `Chore`."""
        waiting = await excerpts.waiting(self._database, self._clock.now_milliseconds())
        return {("excerpts", media_id): partial(self._send_all, media_id) for media_id in waiting}

    async def _send_all(self, media_id: int) -> None:
        half = await media.get(self._database, media_id)
        wanted = await excerpts.wanted_of(self._database, media_id)
        if half is None or not wanted:
            return
        try:
            await self._send(half, wanted)
        except chat.ChatMoved as failure:
            await self._conversation.note_moved(half.chat_id, failure.new_chat_id)
        except _LATER as failure:
            await self._later(half, wanted[0].tries, failure)
        except (chat.TelegramFailure, *_NEVER) as failure:
            await self._give_up(half, failure)

    async def _send(self, half: Media, wanted: list[Excerpt]) -> None:
        data = await self._files.download(half.file_id, half.file_size_bytes)
        spans = tuple(_span(excerpt) for excerpt in wanted)
        notes = await self._long_voice.excerpts(half, data, spans)
        for excerpt, note in zip(wanted, notes, strict=True):
            current = await media.get(self._database, half.id)
            if current is None or current.state != MediaState.ASKED:
                return
            await self._send_one(current, excerpt, note)

    async def _send_one(self, half: Media, excerpt: Excerpt, note: bytes) -> None:
        texts = await self._conversation.texts_for(half.user_id, half.chat_id)
        begin, end = _span(excerpt)
        button = (texts.plain("button-use-piece"), f"piece:{half.id}:{excerpt.number}")
        sent = await self._sender.send_voice(
            half.chat_id,
            note,
            seconds=round((end - begin) / 1000),
            caption=texts.html("excerpt-caption", start=_clock(begin), finish=_clock(end)),
            keyboard=Keyboard.of([button]),
            reply_to=half.message_id or None,
            thread_id=half.thread_id or None,
        )
        async with self._database.transaction() as tx:
            await excerpts.sent(tx, excerpt, sent.message_id)

    async def _later(self, half: Media, tries: int, failure: Exception) -> None:
        if tries >= len(_WAITS_SECONDS):
            await self._give_up(half, failure)
            return
        logger.warning("excerpts of half %s: %r, later again", half.id, failure)
        not_before = self._clock.now_milliseconds() + _WAITS_SECONDS[tries] * 1000
        async with self._database.transaction() as tx:
            await excerpts.postpone(tx, half.id, not_before)

    async def _give_up(self, half: Media, failure: Exception) -> None:
        """The question stays, with the other answers to it."""
        logger.error("excerpts of half %s cannot be sent: %r", half.id, failure)
        async with self._database.transaction() as tx:
            await excerpts.give_up(tx, half.id)


def _span(excerpt: Excerpt) -> tuple[int, int]:
    return (
        excerpt.from_milliseconds,
        excerpt.from_milliseconds + excerpt.length_milliseconds,
    )


def _clock(milliseconds: int) -> str:
    """As players show it: minutes and seconds."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}:{seconds:02}"
