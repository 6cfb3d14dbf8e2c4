"""Deletion: a person's data goes as soon as nothing of theirs is under way, and they are told."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import partial

from bot.common import CommonServices, Component
from bot.outbox import delay_milliseconds, say_or
from bot.privacy.files import UPLOADS_KEPT_MILLISECONDS, StoredFiles
from bot.retry import DELETION
from bot.task_pool import Work
from bot.telegram.destination import Destination
from bot.telegram.errors import MessageGone, TelegramFailure
from storage.jobs.ledger import next_day_milliseconds, next_month_milliseconds
from storage.people import deletion, pseudonyms
from storage.people.deletion import Forgetting

logger = logging.getLogger(__name__)

_SWEEP_EVERY_MILLISECONDS = 600_000
_TEXTS = {"waiting": "forget-waiting", "deleted": "forget-done"}


@dataclass(kw_only=True)
class ForgetPeople(Component):
    """Deletes, says so, and lets numbers that stand for people expire."""

    common: CommonServices
    stored_files: StoredFiles
    _swept_at_milliseconds: int = field(init=False, default=0)

    async def due(self) -> dict[Hashable, Work]:
        """See `BackgroundTask`."""
        now = self.clock.now_milliseconds()
        work: dict[Hashable, Work] = {
            ("forget", user_id): partial(self._advance, user_id)
            for user_id in await deletion.due(self.database)
        }
        if now - self._swept_at_milliseconds >= _SWEEP_EVERY_MILLISECONDS:
            work["forget: sweep"] = self._sweep
        return work

    async def _advance(self, user_id: int) -> None:
        forgetting = await deletion.get(self.database, user_id)
        if forgetting is None:
            return
        if forgetting.state != "deleted":
            if await deletion.is_busy(self.database, user_id):
                await self._wait(forgetting)
                return
            await self._delete(user_id)
        await self._say(forgetting, "deleted")

    async def _wait(self, forgetting: Forgetting) -> None:
        """Said once; what is under way is looked at again and again."""
        if forgetting.state == "wanted" and await deletion.has_jobs(
            self.database, forgetting.user_id
        ):
            await self._say(forgetting, "waiting")
        await self._put_off(forgetting)

    async def _delete(self, user_id: int) -> None:
        """Files first: what the database does not know any more would never be found."""
        await self.stored_files.remove_videos(await deletion.jobs_of(self.database, user_id))
        await self.stored_files.remove_uploads(await deletion.uploads_of(self.database, user_id))
        async with self.database.transaction() as tx:
            if await deletion.is_busy(tx, user_id):
                return
            until, key = self._window_end(tx.now_milliseconds), self.limits.caps.pseudonym_key
            account_id = await pseudonyms.take(tx, user_id, key, until_milliseconds=until)
            await deletion.forget(tx, user_id, account_id)
            await deletion.move_on(tx, user_id, "deleted")
        logger.info("a person's data was deleted")

    def _window_end(self, now_milliseconds: int) -> int:
        if self.limits.caps.person_month_milliseconds is None:
            return next_day_milliseconds(now_milliseconds, self.limits.caps.zone)
        return next_month_milliseconds(now_milliseconds, self.limits.caps.zone)

    async def _say(self, forgetting: Forgetting, state: str) -> None:
        current = await deletion.get(self.database, forgetting.user_id)
        if current is None or (state == "deleted" and current.state != "deleted"):
            return
        text = self.texts.of(forgetting.language).html(_TEXTS[state])

        async def never(_: TelegramFailure) -> None:
            await self._said(forgetting, state)

        async def say() -> None:
            try:
                await self.sender.edit_text(forgetting.chat_id, forgetting.message_id, text)
            except MessageGone:
                await self.sender.send_text(Destination(forgetting.chat_id), text)
            await self._said(forgetting, state)

        await say_or(say, later=partial(self._put_off, forgetting), never=never)

    async def _said(self, forgetting: Forgetting, state: str) -> None:
        async with self.database.transaction() as tx:
            if state == "deleted":
                await deletion.close(tx, forgetting.user_id)
            else:
                await deletion.move_on(tx, forgetting.user_id, state)

    async def _put_off(self, forgetting: Forgetting) -> None:
        not_before = self.clock.now_milliseconds() + delay_milliseconds(forgetting.tries, DELETION)
        async with self.database.transaction() as tx:
            await deletion.put_off(tx, forgetting.user_id, not_before)

    async def _sweep(self) -> None:
        now = self.clock.now_milliseconds()
        self._swept_at_milliseconds = now
        async with self.database.transaction() as tx:
            await pseudonyms.expire(tx)
        await self.stored_files.sweep_uploads(now - UPLOADS_KEPT_MILLISECONDS)
