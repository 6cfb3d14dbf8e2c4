"""A copy of everything that is kept of a person, sent to them as a file."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass
from functools import partial

from bot.chat.messenger import Messenger
from bot.common import CommonServices, Component
from bot.outbox import Work, delay_milliseconds, say_or
from bot.telegram.destination import Destination
from bot.telegram.errors import TelegramFailure
from storage.people import data_export

_FILE_NAME = "my-data.json"


@dataclass(frozen=True, kw_only=True)
class DataCopies(Component):
    """Sends them."""

    common: CommonServices
    messenger: Messenger

    async def due(self) -> dict[Hashable, Work]:
        """See `BackgroundTask`."""
        requests = await data_export.due(self.database)
        return {("copy", request[0]): partial(self._send, *request) for request in requests}

    async def _send(self, user_id: int, chat_id: int, reply_to: int, tries: int) -> None:
        async def later() -> None:
            not_before = self.clock.now_milliseconds() + delay_milliseconds(tries)
            async with self.database.transaction() as tx:
                await data_export.put_off(tx, user_id, not_before)

        async def never(_: TelegramFailure) -> None:
            await self._close(user_id)

        async def send() -> None:
            texts = await self.messenger.texts_for(user_id)
            found = await data_export.everything_of(self.database, user_id)
            data = json.dumps(found, ensure_ascii=False, indent=2).encode()
            there, caption = Destination(chat_id, reply_to=reply_to), texts.html("data-copy")
            await self.sender.send_document(there, data, _FILE_NAME, caption=caption)
            await self._close(user_id)

        await say_or(send, later=later, never=never)

    async def _close(self, user_id: int) -> None:
        async with self.database.transaction() as tx:
            await data_export.sent(tx, user_id)
