"""A copy of everything that is kept of a person, sent to them as a file."""

from __future__ import annotations

import json
from collections.abc import Hashable
from functools import partial

from bot.chat.messenger import Messenger
from bot.clock import Clock
from bot.outbox import Work, say_or, wait_milliseconds
from bot.telegram.errors import TelegramFailure
from bot.telegram.sender import Documents
from storage.db.database import Database
from storage.people import data_export

_FILE_NAME = "my-data.json"


class DataCopies:
    """Sends them."""

    def __init__(
        self, database: Database, documents: Documents, messenger: Messenger, clock: Clock
    ) -> None:
        self._database = database
        self._documents = documents
        self._messenger = messenger
        self._clock = clock

    async def due(self) -> dict[Hashable, Work]:
        """See `BackgroundTask`."""
        requests = await data_export.due(self._database, self._clock.now_milliseconds())
        return {("copy", request[0]): partial(self._send, *request) for request in requests}

    async def _send(self, user_id: int, chat_id: int, reply_to: int, tries: int) -> None:
        async def later() -> None:
            not_before = self._clock.now_milliseconds() + wait_milliseconds(tries)
            async with self._database.transaction() as tx:
                await data_export.put_off(tx, user_id, not_before)

        async def never(_: TelegramFailure) -> None:
            await self._close(user_id)

        async def send() -> None:
            texts = await self._messenger.texts_for(user_id)
            found = await data_export.everything_of(self._database, user_id)
            data = json.dumps(found, ensure_ascii=False, indent=2).encode()
            await self._documents.send(
                chat_id, data, _FILE_NAME, caption=texts.html("data-copy"), reply_to=reply_to
            )
            await self._close(user_id)

        await say_or(send, later=later, never=never)

    async def _close(self, user_id: int) -> None:
        async with self._database.transaction() as tx:
            await data_export.sent(tx, user_id)
