"""Files that the bot writes itself and sends as they are."""

from __future__ import annotations

from telegram import Bot, InputFile, Message
from telegram.constants import ParseMode

from bot.clock import Clock
from bot.telegram.calls import Calls, Manner
from bot.telegram.outgoing import to_reply
from bot.telegram.pace import Pace, Urgency

_DOCUMENT = Manner(Urgency.TEXT)


class Documents:
    """Sends documents, in the same turn as everything else."""

    def __init__(self, bot: Bot, pace: Pace, clock: Clock) -> None:
        self._bot = bot
        self._calls = Calls(pace, clock)

    async def send(
        self, chat_id: int, data: bytes, name: str, *, caption: str, reply_to: int | None = None
    ) -> None:
        """A new message with a file that nobody looks into; raises as `Sender.send_text`."""

        async def send() -> Message:
            return await self._bot.send_document(
                chat_id,
                InputFile(data, filename=name, attach=True),
                caption=caption,
                parse_mode=ParseMode.HTML,
                disable_content_type_detection=True,
                reply_parameters=to_reply(reply_to),
            )

        await self._calls.make(send, chat_id, _DOCUMENT)
