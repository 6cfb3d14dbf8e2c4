"""The bot's mouth on a bad line: what it says may arrive, or not, and it may not learn which."""

# ruff: noqa: ARG002  (stand-ins keep the signatures of what they stand for)

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from bot.telegram import errors as chat
from bot.telegram.destination import Destination
from bot.telegram.errors import TelegramFailure
from bot.telegram.keyboards import Keyboard
from bot.telegram.outgoing import OutgoingVideo, SentMessage
from tests.soak.chance import Chance, Weighted
from tests.soak.chats import Chats

_Text = str | None
_Buttons = Keyboard | None
_Failures = Weighted[Callable[[], TelegramFailure]]

_REFUSALS: _Failures = (
    (2, lambda: chat.NotAllowed("no right")),
    (2, lambda: chat.RequestInvalid("refused")),
    (2, lambda: chat.TokenRejected("revoked for a moment")),
    (1, lambda: chat.ChatDead("deleted")),
)
_NEW: _Failures = (
    (25, lambda: chat.NotSent("no connection")),
    (1, lambda: chat.ThreadClosed("closed")),
    *_REFUSALS,
)
_VIDEO: _Failures = (*_NEW, (1, lambda: chat.FileTooBig("too big")))
_CHANGE: _Failures = (
    (25, lambda: chat.TryAgain("no answer")),
    (5, lambda: chat.NotSent("no connection")),
    (2, lambda: chat.MessageGone("gone")),
    *_REFUSALS,
)
_DELETE: _Failures = (*_CHANGE[:2], *_CHANGE[3:])
_ANSWER: _Failures = (
    (8, lambda: chat.TryAgain("no answer")),
    (1, lambda: chat.RequestInvalid("refused")),
    (1, lambda: chat.TokenRejected("revoked for a moment")),
)


class RandomSender:
    """See `bot.telegram.sender.Sender`."""

    def __init__(self, chats: Chats, chance: Chance) -> None:
        self._chats = chats
        self._chance = chance
        self.calls: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """See `Sender`."""

    async def _nothing(self, *_: object, **__: object) -> None:
        """What nobody would miss."""

    close = react = _nothing

    def start_link(self, payload: str) -> str:
        """See `Sender`."""
        return f"https://t.me/soak_bot?start={payload}"

    async def send_text(
        self, destination: Destination, text: str, *, keyboard: _Buttons = None, **_: Any
    ) -> SentMessage:
        """See `Sender`."""
        return await self._new("text", _NEW, destination.chat_id, text, keyboard)

    async def send_photo(
        self,
        destination: Destination,
        jpeg: bytes,
        *,
        caption: _Text = None,
        keyboard: _Buttons = None,
        **_: Any,
    ) -> SentMessage:
        """See `Sender`."""
        return await self._new("photo", _NEW, destination.chat_id, caption or "", keyboard)

    async def send_video(
        self,
        destination: Destination,
        video: OutgoingVideo,
        *,
        caption: _Text = None,
        keyboard: _Buttons = None,
        **_: Any,
    ) -> SentMessage:
        """See `Sender`."""
        return await self._new(
            "video", _VIDEO, destination.chat_id, caption or "", keyboard, _job_of(video)
        )

    async def edit_text(
        self, chat_id: int, message_id: int, text: str, *, keyboard: _Buttons = None
    ) -> None:
        """See `Sender`."""
        await self._change("edit", chat_id, message_id, text, keyboard)

    async def edit_photo(
        self,
        chat_id: int,
        message_id: int,
        jpeg: bytes,
        *,
        caption: _Text = None,
        keyboard: _Buttons = None,
    ) -> None:
        """See `Sender`."""
        await self._change("edit photo", chat_id, message_id, caption or "", keyboard)

    async def edit_into_video(
        self,
        chat_id: int,
        message_id: int,
        video: OutgoingVideo,
        *,
        caption: _Text = None,
        keyboard: _Buttons = None,
    ) -> SentMessage:
        """See `Sender`."""
        job_id = _job_of(video)
        await self._change("edit into video", chat_id, message_id, caption or "", keyboard, job_id)
        return SentMessage(chat_id, message_id, None, f"video-{job_id}")

    def progress(
        self, chat_id: int, message_id: int, text: str, *, keyboard: _Buttons = None
    ) -> None:
        """See `Sender`: it may be lost."""
        self.calls["progress"] += 1
        if chat_id not in self._chats.blocked and not self._chance.goes_wrong("progress"):
            self._chats.change(chat_id, message_id, text, keyboard)

    refresh = progress

    async def delete_message(self, chat_id: int, message_id: int) -> None:
        """See `Sender`."""
        await self._begin("delete", chat_id, _DELETE)
        self._chats.delete(chat_id, message_id)
        await self._end("delete")

    async def answer_callback(self, callback_query_id: str, *_: object, **__: object) -> None:
        """See `Sender`."""
        await self._begin("answer", None, _ANSWER)

    def held_seconds(self, chat_id: int) -> float:
        """See `Sender`: now and then a chat is to be left alone for a while."""
        return 222.0 if self._chance.goes_wrong("held by a 429") else 0.0

    async def _new(
        self,
        what: str,
        failures: _Failures,
        chat_id: int,
        text: str,
        keyboard: _Buttons,
        video_job: int | None = None,
    ) -> SentMessage:
        await self._begin(what, chat_id, failures)
        if self._chance.goes_wrong(f"{what}: lost before"):
            raise chat.SendUnknown("not stored, no answer")
        message_id = self._chats.add(chat_id, text, keyboard, video_job)
        try:
            if self._chance.goes_wrong(f"{what}: answer lost"):
                known = self._chance.dice.random() < 0.2
                raise chat.SendUnknown("stored, no answer", message_id if known else None)
            await asyncio.sleep(self._chance.latency_seconds(1.0))
        except (chat.SendUnknown, asyncio.CancelledError):
            self._chats.answer_lost(chat_id, message_id)
            raise
        return SentMessage(chat_id, message_id, None, f"video-{video_job}" if video_job else None)

    async def _change(
        self,
        what: str,
        chat_id: int,
        message_id: int,
        text: str,
        keyboard: _Buttons,
        video_job: int | None = None,
    ) -> None:
        await self._begin(what, chat_id, _CHANGE)
        if not self._chats.change(chat_id, message_id, text, keyboard, video_job):
            raise chat.MessageGone("there is no such text")
        try:
            await self._end(what)
        except (chat.TryAgain, asyncio.CancelledError):
            # The bot edits again; if that is refused it has to say it in a new message.
            self._chats.last_word_lost(chat_id, message_id)
            raise

    async def _begin(self, what: str, chat_id: int | None, failures: _Failures) -> None:
        self.calls[what] += 1
        await asyncio.sleep(self._chance.latency_seconds(1.0))
        if chat_id in self._chats.blocked:
            self._chats.once_closed.add(chat_id)
            raise chat.ChatDead("Forbidden: bot was blocked by the user")
        try:
            self._chance.raise_one_of(what, failures)
        except chat.ChatDead:
            self._chats.once_closed.add(chat_id or 0)
            raise

    async def _end(self, what: str) -> None:
        if self._chance.goes_wrong(f"{what}: answer lost"):
            raise chat.TryAgain("done, no answer")
        await asyncio.sleep(self._chance.latency_seconds(1.0))


def _job_of(video: OutgoingVideo) -> int:
    """Results are named after their jobs; one that is not there cannot be sent."""
    assert isinstance(video.source, Path)
    assert video.source.read_text("utf-8").startswith("video")
    return int(video.source.name.partition(".")[0])
