"""The history: a page of a person's videos as one picture, with what there is to say of each."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.common import Component
from bot.media.calls import draw_sheet, facts_and_cover
from bot.media.errors import MediaFailure
from bot.telegram import errors as chat
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.texts import Catalogue
from storage.jobs import deliveries, videos
from storage.jobs.jobs import Job
from storage.media import ConversationKey

logger = logging.getLogger(__name__)

VIDEOS_ON_A_PAGE = 5


@dataclass(frozen=True, slots=True)
class Page:
    """The picture (JPEG), the list, and the buttons."""

    sheet: bytes
    caption: str
    keyboard: Keyboard | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """One video; `there`: it can be had again, as far as is known."""

    job: Job
    cover: bytes | None
    there: bool


class History(Component):
    """Reads only; pictures come from the kept files, else from Telegram's thumbnails."""

    async def page(self, conversation: ConversationKey, number: int) -> Page | None:
        """The page, or the last one where there are fewer; None without any video."""
        count = await videos.count_of(self.database, conversation.user_id, conversation.chat_id)
        if not count:
            return None
        pages = -(-count // VIDEOS_ON_A_PAGE)
        number = max(1, min(number, pages))
        found = await videos.page_of(
            self.database,
            conversation.user_id,
            conversation.chat_id,
            skip=(number - 1) * VIDEOS_ON_A_PAGE,
            limit=VIDEOS_ON_A_PAGE,
        )
        entries = [await self._entry(job) for job in found]
        texts = await self.texts_for(conversation.user_id)
        sheet = await self.common.media.run(draw_sheet, tuple(entry.cover for entry in entries))
        caption = self._caption(entries, number, pages, texts)
        return Page(sheet, caption, _keyboard(entries, number, pages, texts))

    async def _entry(self, job: Job) -> _Entry:
        path = self.limits.video_of(job.id)
        kept = await asyncio.to_thread(path.exists)
        cover = await self._cover_of(path) if kept else None
        known = await deliveries.with_files(self.database, job.id)
        thumbnails = [delivery.thumbnail_file_id for delivery in known]
        if cover is None and any(thumbnails):
            cover = await self._thumbnail(next(filter(None, thumbnails)))
        return _Entry(job, cover, there=kept or bool(known))

    async def _cover_of(self, path: Path) -> bytes | None:
        try:
            _, _, thumbnail = await self.common.media.run(facts_and_cover, path)
        except (MediaFailure, OSError) as failure:
            logger.info("%s shows no picture: %r", path.name, failure)
            return None
        return thumbnail

    async def _thumbnail(self, file_id: str) -> bytes | None:
        try:
            return await self.files.download(file_id)
        except (chat.FormRefused, chat.TryAgain) as failure:
            logger.info("a thumbnail cannot be had: %s", failure)
            return None

    def _caption(self, entries: list[_Entry], number: int, pages: int, texts: Catalogue) -> str:
        title = texts.html("history-title", page=number, pages=pages)
        lines = [self._line(number, entry, texts) for number, entry in enumerate(entries, start=1)]
        return "\n".join([title, *lines])

    def _line(self, number: int, entry: _Entry, texts: Catalogue) -> str:
        job = entry.job
        made = datetime.fromtimestamp(job.created_at_milliseconds / 1000, self.limits.caps.zone)
        return texts.html(
            "history-line" if entry.there else "history-line-gone",
            number=number,
            when=f"{made:%Y-%m-%d %H:%M}",
            seconds=(job.billed_milliseconds or job.held_milliseconds) / 1000,
            resolution=job.resolution,
        )


def _keyboard(entries: list[_Entry], number: int, pages: int, texts: Catalogue) -> Keyboard | None:
    numbers = [
        (str(number), f"resend:{entry.job.id}")
        for number, entry in enumerate(entries, start=1)
        if entry.there
    ]
    turns = []
    if number > 1:
        newer = texts.plain("button-newer")
        turns.append((f"‹ {newer}", f"history:{number - 1}"))
    if number < pages:
        older = texts.plain("button-older")
        turns.append((f"{older} ›", f"history:{number + 1}"))
    rows = [row for row in (numbers, turns) if row]
    return keyboard_of(*rows) if rows else None
