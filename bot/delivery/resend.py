"""A video once more, or a page of all of them: done beside the making of videos, for nothing.

Nothing is rendered. A message whose fate is unknown is not sent twice: whoever misses it
presses again.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial

from bot.chat.messenger import Messenger
from bot.common import CommonServices, Component
from bot.delivery.earlier_videos import EarlierVideos, ResendOutcome
from bot.delivery.history import History
from bot.retry import OUTBOX
from bot.task_pool import Work
from bot.telegram import errors as chat
from bot.telegram.destination import Destination
from storage.jobs import jobs, resends
from storage.jobs.resends import Resend

logger = logging.getLogger(__name__)

_AT_ONCE = 16


RESENT_AS = ("video", "note")
"""In what form a video is had again: its button's word, and the kind of its resend."""


@dataclass(frozen=True, kw_only=True)
class Resends(Component):
    """See `BackgroundTask`."""

    common: CommonServices
    messenger: Messenger
    videos: EarlierVideos
    history: History

    async def due(self) -> dict[Hashable, Work]:
        """See `BackgroundTask`."""
        found = await resends.due(self.database, _AT_ONCE)
        return {("resend", resend.id): partial(self.run, resend.id) for resend in found}

    async def run(self, resend_id: int) -> None:
        """Do one; raises `TelegramFailure`s that concern the whole bot (TokenRejected)."""
        resend = await resends.get(self.database, resend_id)
        if resend is None:
            return
        if not resend.sending:
            try:
                await self._do(resend)
            except chat.TryAgain as failure:
                if await self._put_off(resend, failure):
                    return
                await self._say(resend, "again-later")
            except chat.SendUnknown as failure:
                logger.info("resend %s may be done: %s", resend.id, failure)
            except chat.ChatDead as failure:
                await self.messenger.note_dead(resend.chat_id, failure)
            except chat.ChatMoved as failure:
                await self.messenger.note_moved(resend.chat_id, failure.new_chat_id)
            except chat.Refused as failure:
                logger.info("resend %s is refused: %s", resend.id, failure)
                refused = "again-not-round" if resend.kind == "note" else "again-later"
                await self._say(resend, refused)
        async with self.database.transaction() as tx:
            await resends.done(tx, resend)

    async def _do(self, resend: Resend) -> None:
        if resend.kind == "page":
            await self._show_page(resend)
        else:
            await self._send_again(resend)

    async def _send_again(self, resend: Resend) -> None:
        job = None if resend.job_id is None else await jobs.get(self.database, resend.job_id)
        if job is None:
            return
        # The number of one that is done is given again.
        cause, there = f"resend:{resend.id}:{resend.at_milliseconds}", _there(resend)
        if resend.kind == "note":
            outcome = await self.videos.send_note(job, cause, there)
        else:
            outcome = await self.videos.send(job, cause, there, "video-again")
        if outcome is ResendOutcome.GONE:
            await self._say(resend, "again-gone")

    async def _show_page(self, resend: Resend) -> None:
        page = await self.history.page(resend.conversation, resend.page or 1)
        if page is None:
            await self._say(resend, "history-none")
            return
        if resend.turns:
            try:
                await self.sender.edit_photo(
                    resend.chat_id,
                    resend.message_id,
                    page.sheet,
                    caption=page.caption,
                    keyboard=page.keyboard,
                )
            except chat.MessageGone:
                logger.info("the page of resend %s is gone", resend.id)
            return
        await self._begin_sending(resend)
        await self.sender.send_photo(
            _there(resend), page.sheet, caption=page.caption, keyboard=page.keyboard
        )

    async def _begin_sending(self, resend: Resend) -> None:
        async with self.database.transaction() as tx:
            await resends.sending(tx, resend.id)

    async def _put_off(self, resend: Resend, failure: Exception) -> bool:
        """False when it was tried often enough."""
        held_seconds = self.sender.held_seconds(resend.chat_id)
        seconds = OUTBOX.delay_seconds(resend.tries + 1, held_seconds)
        if seconds is None:
            return False
        logger.info("resend %s in %.0f s: %s", resend.id, seconds, failure)
        not_before = self.clock.now_milliseconds() + int(seconds * 1000)
        async with self.database.transaction() as tx:
            await resends.not_sent(tx, resend.id)
            await resends.postpone(tx, resend.id, not_before)
        return True

    async def _say(self, resend: Resend, key: str) -> None:
        """Better lost than said twice, or than a resend without an end."""
        texts = await self.messenger.texts_for(resend.user_id, resend.chat_id)
        try:
            await self.sender.send_text(_there(resend), texts.html(key))
        except (chat.Refused, chat.TryAgain, chat.SendUnknown, chat.ChatMoved) as error:
            logger.info("resend %s: what became of it stays unsaid: %s", resend.id, error)


def _there(resend: Resend) -> Destination:
    """The answer to the message with which it was asked for."""
    return Destination.of(resend.chat_id, resend.thread_id, resend.message_id)
