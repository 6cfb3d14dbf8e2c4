"""Errands: what costs nothing and takes a while, done beside the making of videos.

Nothing is rendered for them. A message whose fate is unknown is not sent twice: whoever misses it
presses again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable
from functools import partial

from bot.clock import Clock
from bot.pipeline.chores import Work
from bot.pipeline.conversation import Conversation
from bot.pipeline.history import History
from bot.pipeline.last_video import LastVideo, Outcome
from bot.pipeline.round_notes import RoundNotes
from bot.telegram import errors as chat
from bot.telegram.sender import Sender
from storage import errands, jobs, loans
from storage.database import Database
from storage.errands import Errand
from storage.jobs import Job

logger = logging.getLogger(__name__)

_AT_ONCE = 16
_WAITS_SECONDS = (2, 5, 15, 60, 300)
_REFUSED = (chat.NotAllowed, chat.RequestInvalid, chat.FileTooBig, chat.ThreadClosed)


class Errands:
    """See `Chore`."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        conversation: Conversation,
        videos: LastVideo,
        notes: RoundNotes,
        history: History,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sender = sender
        self._conversation = conversation
        self._videos = videos
        self._notes = notes
        self._history = history
        self._clock = clock
        self._ways: dict[str, Callable[[Errand], Awaitable[None]]] = {
            "note": self._send_note,
            "video": self._send_video,
            "page": self._show_page,
        }

    async def due(self) -> dict[Hashable, Work]:
        """See `Chore`."""
        found = await errands.due(self._database, self._clock.now_milliseconds(), _AT_ONCE)
        return {("errand", errand.id): partial(self.run, errand.id) for errand in found}

    async def run(self, errand_id: int) -> None:
        """Do one; raises `TelegramFailure`s that concern the whole bot (TokenRejected)."""
        errand = await errands.get(self._database, errand_id)
        if errand is None:
            return
        if not errand.sending:
            try:
                await self._ways[errand.kind](errand)
            except chat.TryAgain as failure:
                if await self._put_off(errand, failure):
                    return
                await self._say(errand, "again-later")
            except chat.SendUnknown as failure:
                logger.info("errand %s may be done: %s", errand.id, failure)
            except chat.ChatDead as failure:
                await self._conversation.note_dead(errand.chat_id, failure)
            except chat.ChatMoved as failure:
                await self._conversation.note_moved(errand.chat_id, failure.new_chat_id)
            except _REFUSED as failure:
                logger.info("errand %s is refused: %s", errand.id, failure)
                refused = "again-not-round" if errand.kind == "note" else "again-later"
                await self._say(errand, refused)
        async with self._database.transaction() as tx:
            await errands.done(tx, errand)

    async def _send_note(self, errand: Errand) -> None:
        job = await self._job(errand)
        if job is None:
            return
        begin = partial(self._begin_sending, errand)
        if not await self._notes.send(job, errand.place, errand.message_id, begin):
            await self._say(errand, "again-gone")

    async def _send_video(self, errand: Errand) -> None:
        job = await self._job(errand)
        if job is None:
            return
        await self._begin_sending(errand)
        outcome = await self._videos.send_video(
            job, errand.place, errand.message_id, text="video-again"
        )
        if outcome is Outcome.GONE:
            await self._say(errand, "again-gone")

    async def _show_page(self, errand: Errand) -> None:
        page = await self._history.page(errand.place, errand.page or 1)
        if page is None:
            await self._say(errand, "history-none")
            return
        if errand.turns:
            try:
                await self._sender.edit_photo(
                    errand.chat_id,
                    errand.message_id,
                    page.sheet,
                    caption=page.caption,
                    keyboard=page.keyboard,
                )
            except chat.MessageGone:
                logger.info("the page of errand %s is gone", errand.id)
            return
        await self._begin_sending(errand)
        await self._sender.send_photo(
            errand.chat_id,
            page.sheet,
            caption=page.caption,
            keyboard=page.keyboard,
            reply_to=errand.message_id,
            thread_id=errand.thread_id or None,
        )

    async def _job(self, errand: Errand) -> Job | None:
        """None also where somebody in its video has said meanwhile that they do not want it."""
        job = None if errand.job_id is None else await jobs.get(self._database, errand.job_id)
        if job is not None and await loans.is_stopped(self._database, job):
            return None
        return job

    async def _begin_sending(self, errand: Errand) -> None:
        async with self._database.transaction() as tx:
            await errands.sending(tx, errand.id)

    async def _put_off(self, errand: Errand, failure: Exception) -> bool:
        """False when it was tried often enough."""
        if errand.tries >= len(_WAITS_SECONDS):
            return False
        seconds = max(_WAITS_SECONDS[errand.tries], self._sender.held_seconds(errand.chat_id))
        logger.info("errand %s in %.0f s: %s", errand.id, seconds, failure)
        not_before = self._clock.now_milliseconds() + int(seconds * 1000)
        async with self._database.transaction() as tx:
            await errands.not_sent(tx, errand.id)
            await errands.postpone(tx, errand.id, not_before)
        return True

    async def _say(self, errand: Errand, key: str) -> None:
        """Better lost than said twice, or than an errand without an end."""
        texts = await self._conversation.texts_for(errand.user_id, errand.chat_id)
        try:
            await self._sender.send_text(
                errand.chat_id,
                texts.html(key),
                reply_to=errand.message_id,
                thread_id=errand.thread_id or None,
            )
        except (chat.TryAgain, chat.SendUnknown, chat.ChatDead, chat.ChatMoved, *_REFUSED) as error:
            logger.info("errand %s: what became of it stays unsaid: %s", errand.id, error)
