"""A copy of everything that is kept of a person, sent to them as a file."""

from __future__ import annotations

import json

from bot.common import Component
from bot.outbox import Attempt, Kind
from bot.telegram.destination import Destination
from storage.people import data_export

_FILE_NAME = "my-data.json"


class DataCopies(Component):
    """Sends them."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """See `Kind`."""
        return (Kind(name=data_export.DATA_COPY, run=self._send, repeatable=True),)

    async def _send(self, attempt: Attempt) -> None:
        entry = attempt.entry
        if entry.user_id is None:
            return
        texts = await self.texts_for(entry.user_id)
        found = await data_export.everything_of(self.database, entry.user_id)
        data = json.dumps(found, ensure_ascii=False, indent=2).encode()
        there = Destination(entry.chat_id, reply_to=entry.message_id)
        caption = texts.html("data-copy")
        await self.sender.send_document(there, data, _FILE_NAME, caption=caption)
