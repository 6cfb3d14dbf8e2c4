"""A video once more, or a page of all of them: done beside the making of videos, for nothing.

Nothing is rendered. A message whose fate is unknown is not sent twice: whoever misses it
presses again.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from bot.chat.messenger import Messenger
from bot.common import Component, Part
from bot.delivery.earlier_videos import EarlierVideos, VideoGone, WantedAs
from bot.delivery.history import History, Page
from bot.delivery.package import with_private
from bot.outbox import Attempt, Kind
from bot.telegram.errors import MessageGone, Refused
from bot.telegram.rate_limits import is_group
from storage import outbox
from storage.db.database import Transaction
from storage.jobs import jobs
from storage.media import ConversationKey
from storage.outbox import OutboxEntry

logger = logging.getLogger(__name__)

_RESEND, _PAGE, _TURN, _ANSWER = "resend", "history-page", "history-turn", "resend-answer"

_IN_PRIVATE = {"private-fallback-taken", "private-fallback-waits"}
"""What is said with a button that leads there."""


async def want_again(
    tx: Transaction,
    cause: str,
    there: ConversationKey,
    message_id: int,
    job_id: int,
    wanted_as: WantedAs,
) -> None:
    """Have that video sent again, in answer to that message."""
    how = wanted_as.value
    await _put(tx, _RESEND, cause, there, message_id, job_id=job_id, wanted_as=how)


async def want_page(tx: Transaction, cause: str, there: ConversationKey, message_id: int) -> None:
    """Have the first page of all videos shown, in answer to that message."""
    await _put(tx, _PAGE, cause, there, message_id, page=1)


async def want_turn(
    tx: Transaction, cause: str, there: ConversationKey, message_id: int, page: int
) -> None:
    """Have that message show another page; of two that were asked for, the later."""
    if await _put(tx, _TURN, cause, there, message_id, page=page):
        await outbox.withdraw_earlier(tx, f"{cause}:{_TURN}")


class Resends(Component):
    """Sends them."""

    messenger = Part(Messenger)
    videos = Part(EarlierVideos)
    history = Part(History)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """See `Kind`."""
        kind = partial(Kind, longest_seconds=None)
        once = partial(kind, repeatable=False)
        return (
            once(name=_RESEND, run=self._send_again, given_up=_say_refused),
            once(name=_PAGE, run=self._show_page, given_up=_say_later),
            kind(name=_TURN, repeatable=True, run=self._turn_page, given_up=_say_later),
            once(name=_ANSWER, run=self._say),
        )

    async def _send_again(self, attempt: Attempt) -> None:
        entry = attempt.entry
        job = await jobs.get(self.database, entry.values["job_id"])
        if job is None:
            return
        wanted_as, where = _wanted_as(entry), with_private(attempt.destination, job.user_id)
        try:
            cause = f"resend:{entry.unique_key}"
            chat_id = await self.videos.send(job, cause, where, wanted_as)
        except VideoGone:
            await self._answer(entry, _gone(entry))
        else:
            if chat_id != entry.chat_id:
                await self._answer(entry, "private-fallback-taken")

    async def _show_page(self, attempt: Attempt) -> None:
        page = await self._page(attempt.entry)
        if page is None:
            return
        await attempt.sending()
        await self.sender.send_photo(
            attempt.destination, page.sheet, caption=page.caption, keyboard=page.keyboard
        )

    async def _turn_page(self, attempt: Attempt) -> None:
        entry = attempt.entry
        page = await self._page(entry)
        if page is None:
            return
        try:
            await self.sender.edit_photo(
                entry.chat_id,
                entry.message_id,
                page.sheet,
                caption=page.caption,
                keyboard=page.keyboard,
            )
        except MessageGone:
            logger.info("the page of %s is gone", entry.unique_key)

    async def _page(self, entry: OutboxEntry) -> Page | None:
        whose = ConversationKey(entry.chat_id, entry.thread_id, entry.user_id or 0)
        page = await self.history.page(whose, entry.values["page"])
        if page is None:
            await self._answer(entry, "history-none")
        return page

    async def _answer(self, entry: OutboxEntry, key: str) -> None:
        await self.database.do(_answer, entry, key)

    async def _say(self, attempt: Attempt) -> None:
        """Better lost than said twice."""
        entry, key = attempt.entry, attempt.entry.values["text_key"]
        texts = await self.texts_for(entry.user_id or 0, entry.chat_id)
        keyboard = self.messenger.private_chat(texts) if key in _IN_PRIVATE else None
        await attempt.sending()
        await self.sender.send_text(attempt.destination, texts.html(key), keyboard=keyboard)


def _wanted_as(entry: OutboxEntry) -> WantedAs:
    return WantedAs(entry.values["wanted_as"])


def _gone(entry: OutboxEntry) -> str:
    if _wanted_as(entry) is not WantedAs.LAST:
        return "again-gone"
    return "group-last-gone" if is_group(entry.chat_id) else "last-gone"


async def _say_refused(tx: Transaction, entry: OutboxEntry, failure: Exception) -> None:
    """What is refused in a group, and in private, waits for the person to open their chat."""
    key = "again-later"
    if isinstance(failure, Refused) and is_group(entry.chat_id):
        key = "private-fallback-waits"
    elif isinstance(failure, Refused) and _wanted_as(entry) is WantedAs.NOTE:
        key = "again-not-round"
    await _answer(tx, entry, key)


async def _say_later(tx: Transaction, entry: OutboxEntry, _: Exception) -> None:
    await _answer(tx, entry, "again-later")


async def _answer(tx: Transaction, entry: OutboxEntry, key: str) -> None:
    """Say on the message that asked what became of it."""
    there = ConversationKey(entry.chat_id, entry.thread_id, entry.user_id or 0)
    about = {**entry.values, "text_key": key}
    await _put(tx, _ANSWER, entry.unique_key, there, entry.message_id, **about)


async def _put(
    tx: Transaction, kind: str, cause: str, there: ConversationKey, message_id: int, **about: Any
) -> bool:
    return await outbox.put(
        tx, kind, f"{cause}:{kind}", **there._asdict(), message_id=message_id, **about
    )
