"""Trouble that only the operator can mend: logged, and told in the operator's chat, once.

It is written down with what caused it, and sent by the pipeline: a crash or a chat that cannot be
reached does not lose it. Where a crash comes between the sending and the note of it, it is told
twice.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.clock import Clock
from bot.dashscope.errors import DashScopeError, ServiceStopped
from bot.telegram.errors import ChatDead, TelegramFailure
from bot.telegram.sender import Sender
from bot.texts import Texts
from bot.texts.catalogue import TextMissing
from storage import notices, people
from storage.database import Database, Transaction
from storage.notices import Letter, Notice, Value
from storage.verdicts import NoVerdict

logger = logging.getLogger(__name__)

Noting = Callable[[Transaction], Awaitable[None]]
"""Writes something down in the transaction of what caused it."""

PATIENCE_MILLISECONDS = 7 * 24 * 3600 * 1000
"""What could not be told for so long is given up."""

_WAITS_SECONDS = (5, 15, 60, 300, 900, 3600)
_LONGEST_VALUE = 1_000


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

    async def tell(self, subject: str, key: str, **values: Value) -> None:
        """Have it told, unless the same subject was within the hour."""
        async with self._database.transaction() as tx:
            await self.note(tx, subject, key, **values)

    async def note(self, tx: Transaction, subject: str, key: str, **values: Value) -> None:
        """The same, in the transaction of what caused it."""
        logger.error("%s %s", key, values)
        notice = Notice(subject, key, {name: _shortened(value) for name, value in values.items()})
        now = self._clock.now_milliseconds()
        await notices.write(tx, notice, sorted(self._admin_ids), now)

    def noting(self, subject: str, key: str, **values: Value) -> Noting:
        """The same, for whoever has the transaction."""

        async def noted(tx: Transaction) -> None:
            await self.note(tx, subject, key, **values)

        return noted

    async def tell_of(self, failure: DashScopeError, job_id: int | None = None) -> None:
        """Have told that the provider refuses to work for us, or calls a request wrong."""
        async with self._database.transaction() as tx:
            await self.noting_of(failure, job_id)(tx)

    def noting_of(self, failure: DashScopeError, job_id: int | None = None) -> Noting:
        """The same, for whoever has the transaction."""
        if isinstance(failure, ServiceStopped):
            cause = failure.cause.value
            subject = f"stopped:{cause}"
            return self.noting(
                subject, "operator-service-stopped", cause=cause, detail=str(failure)
            )
        job = str(job_id or "–")
        return self.noting("invalid", "operator-request-invalid", detail=str(failure), job=job)

    async def tell_of_no_verdict(self, failure: NoVerdict) -> None:
        """Have told that paid checks of one photo bring no verdict."""
        await self.tell(f"no-verdict:{failure.model}", "operator-no-verdict", detail=str(failure))

    async def waiting(self) -> list[int]:
        """The administrators who are to be told something now."""
        letters = await notices.due(self._database, self._clock.now_milliseconds())
        return sorted({letter.admin_id for letter in letters})

    async def send_letters(self, admin_id: int) -> None:
        """Send this administrator what is due; what fails is put off, and none overtakes it."""
        for letter in await notices.due(self._database, self._clock.now_milliseconds()):
            if letter.admin_id == admin_id and not await self._send(letter):
                return

    async def _send(self, letter: Letter) -> bool:
        """Whether this letter is done with."""
        if letter.admin_id not in self._admin_ids:
            return await self._give_up(letter, "not an administrator any more")
        texts = self._texts.of(await people.language_code(self._database, letter.admin_id))
        try:
            await self._sender.send_text(
                letter.admin_id, texts.html(letter.text_key, **letter.values)
            )
        except (ChatDead, TextMissing) as failure:
            return await self._give_up(letter, repr(failure))
        except TelegramFailure as failure:
            return await self._put_off(letter, failure)
        async with self._database.transaction() as tx:
            await notices.told(tx, letter)
        return True

    async def _put_off(self, letter: Letter, failure: TelegramFailure) -> bool:
        """An answer that was lost too: told twice does less harm than not at all."""
        now = self._clock.now_milliseconds()
        if now - letter.at_milliseconds > PATIENCE_MILLISECONDS:
            return await self._give_up(letter, repr(failure))
        logger.warning("operator %s could not be told now: %s", letter.admin_id, failure)
        seconds = _WAITS_SECONDS[min(letter.tries, len(_WAITS_SECONDS) - 1)]
        async with self._database.transaction() as tx:
            await notices.put_off(tx, letter, now + seconds * 1000)
        return False

    async def _give_up(self, letter: Letter, reason: str) -> bool:
        logger.error(
            "operator %s is not told of %s %s: %s",
            *(letter.admin_id, letter.text_key, letter.values, reason),
        )
        async with self._database.transaction() as tx:
            await notices.give_up(tx, letter)
        return True


def _shortened(value: Value) -> Value:
    """A text of Telegram's has 4,096 characters; what is too long would never be told."""
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return value[: _LONGEST_VALUE - 1] + "…"
    return value
