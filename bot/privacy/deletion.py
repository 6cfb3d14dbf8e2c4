"""Deletion: a person's data goes as soon as nothing of theirs is under way, and they are told."""

from __future__ import annotations

import asyncio
import logging
import math
from functools import partial

from bot.common import Component
from bot.outbox import Attempt, Kind, NotNow
from bot.privacy.files import remove_uploads, remove_videos
from bot.retry import DELETION
from bot.telegram.destination import Destination
from bot.telegram.errors import MessageGone, SendUnknown, TelegramFailure, TryAgain
from storage.groups import borrowed_media
from storage.jobs import jobs, moves
from storage.jobs.ledger import next_day_milliseconds, next_month_milliseconds
from storage.people import deletion, pseudonyms
from storage.people.deletion import FORGET, FORGOTTEN, Forgetting

logger = logging.getLogger(__name__)


class ForgetPeople(Component):
    """Deletes, and says so."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """See `Kind`; nobody's data stays since it was too long in vain."""
        kind = partial(Kind, repeatable=True)
        return (
            kind(name=FORGET, run=self._forget, retry=DELETION, longest_seconds=math.inf),
            kind(name=FORGOTTEN, run=self._say_it_is_done, erased=True),
        )

    async def _forget(self, attempt: Attempt) -> None:
        user_id = attempt.entry.user_id
        asked = None if user_id is None else await deletion.get(self.database, user_id)
        if asked is None:
            return
        if await deletion.is_busy(self.database, asked.user_id):
            await self._say_that_it_is_put_off(asked)
            raise NotNow("something of theirs is under way")
        await self._delete(asked.user_id)

    async def _say_that_it_is_put_off(self, asked: Forgetting) -> None:
        """Once; what is under way is looked at again and again."""
        if asked.state == "waiting" or not await jobs.open_of(self.database, asked.user_id):
            return
        text = self.texts.of(asked.language).html("forget-waiting")
        try:
            await self._put(asked.chat_id, asked.message_id, text)
        except (TryAgain, SendUnknown) as failure:
            raise NotNow(str(failure)) from failure
        except TelegramFailure as failure:
            logger.info("it stays unsaid that deletion waits: %s", failure)
        await self.database.do(deletion.said_to_wait, asked.user_id)

    async def _say_it_is_done(self, attempt: Attempt) -> None:
        entry = attempt.entry
        text = self.texts.of(entry.values["language"]).html("forget-done")
        await self._put(entry.chat_id, entry.message_id, text)

    async def _put(self, chat_id: int, message_id: int, text: str) -> None:
        try:
            await self.sender.edit_text(chat_id, message_id, text)
        except MessageGone:
            await self.sender.send_text(Destination(chat_id), text)

    async def _delete(self, user_id: int) -> None:
        """Files first: what the database does not know any more would never be found."""
        made = await deletion.jobs_of(self.database, user_id)
        await asyncio.to_thread(remove_videos, self.limits, made)
        copies = await deletion.uploads_of(self.database, user_id)
        await asyncio.to_thread(remove_uploads, self.limits, copies)
        async with self.database.transaction() as tx:
            if await deletion.is_busy(tx, user_id):
                raise NotNow("something of theirs has begun")
            until, key = self._window_end(tx.now_milliseconds), self.limits.caps.pseudonym_key
            for job in await borrowed_media.stop_everywhere(tx, user_id):
                await moves.cancel(tx, job.id)
            account_id = await pseudonyms.take(tx, user_id, key, until_milliseconds=until)
            await deletion.forget(tx, user_id, account_id)
        logger.info("a person's data was deleted")

    def _window_end(self, now_milliseconds: int) -> int:
        if self.limits.caps.person_month_milliseconds is None:
            return next_day_milliseconds(now_milliseconds, self.limits.caps.zone)
        return next_month_milliseconds(now_milliseconds, self.limits.caps.zone)
