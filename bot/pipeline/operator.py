"""Trouble that only the operator can mend: logged, and told in the operator's chat, once."""

from __future__ import annotations

import logging

from bot.clock import Clock
from bot.dashscope.errors import DashScopeError, ServiceStopped
from bot.telegram.errors import TelegramFailure
from bot.telegram.sender import Sender
from bot.texts import Texts
from storage import notices, people
from storage.database import Database

logger = logging.getLogger(__name__)

_EVERY_MILLISECONDS = 3600 * 1000


class Operator:
    """Tells the people of ADMIN_IDS."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        texts: Texts,
        admin_ids: frozenset[int],
        clock: Clock,
    ) -> None:
        self._database = database
        self._sender = sender
        self._texts = texts
        self._admin_ids = admin_ids
        self._clock = clock

    async def tell(self, subject: str, key: str, **values: str | int) -> None:
        """Tell it, unless the same subject was told within the hour."""
        logger.error("%s %s", key, values)
        async with self._database.transaction() as tx:
            due = await notices.is_due(
                tx, subject, self._clock.now_milliseconds(), every_milliseconds=_EVERY_MILLISECONDS
            )
        if not due:
            return
        told = [await self._tell_one(admin_id, key, values) for admin_id in sorted(self._admin_ids)]
        if told and not any(told):
            async with self._database.transaction() as tx:
                await notices.forget(tx, subject)

    async def tell_of(self, failure: DashScopeError, job_id: int | None = None) -> None:
        """Tell of the provider's refusal to work for us, or of a request it calls wrong."""
        if isinstance(failure, ServiceStopped):
            cause = failure.cause.value
            subject = f"stopped:{cause}"
            await self.tell(subject, "operator-service-stopped", cause=cause, detail=str(failure))
        else:
            job = str(job_id or "–")
            await self.tell("invalid", "operator-request-invalid", detail=str(failure), job=job)

    async def _tell_one(self, admin_id: int, key: str, values: dict[str, str | int]) -> bool:
        texts = self._texts.of(await people.language_code(self._database, admin_id))
        try:
            await self._sender.send_text(admin_id, texts.html(key, **values))
        except TelegramFailure as failure:
            logger.warning("operator %s could not be told: %s", admin_id, failure)
            return False
        return True
