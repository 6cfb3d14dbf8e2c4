"""What the bot says in a group of its own accord: what it is for, and what it lacks there. Once."""

from __future__ import annotations

import logging

from bot.clock import Clock
from bot.telegram.errors import ChatDead, NotAllowed, SendUnknown, ThreadClosed
from bot.telegram.members import Members, Powers
from bot.telegram.sender import Sender
from bot.texts import Catalogue, Texts
from storage.db.database import Database
from storage.groups import groups
from storage.groups.groups import Introduction
from storage.people import people

logger = logging.getLogger(__name__)

_SHUT = (ChatDead, NotAllowed, ThreadClosed)


class Introductions:
    """Introduces the bot; a text whose sending was interrupted may be said once more."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        members: Members,
        texts: Texts,
        bot_name: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sender = sender
        self._members = members
        self._texts = texts
        self._bot_name = bot_name
        self._clock = clock

    async def come(self, chat_id: int, title: str, added_by: int | None) -> None:
        """The bot is in this group: introduce it, unless that was done.

        Raises: `TelegramFailure`s that the next attempt may not meet.
        """
        now = self._clock.now_milliseconds()
        async with self._database.transaction() as tx:
            await groups.note(tx, chat_id, added_by, now)
            await groups.choose(tx, chat_id, {"title": title}, now)
        introduction = await groups.introduction_of(self._database, chat_id)
        if not introduction.introduced:
            await self._introduce(introduction)

    async def look_again(self, chat_id: int) -> None:
        """The bot's rights are others now: say so where that mends or breaks what was said.

        Raises: as `come`.
        """
        introduction = await groups.introduction_of(self._database, chat_id)
        if not introduction.introduced:
            return await self._introduce(introduction)
        lack = (await self._members.powers(chat_id)).lack
        if lack is not None:
            return await self._tell_lack(introduction, lack)
        if introduction.lack is not None and await self._say(introduction, "lack-mended"):
            await self._store_lack(chat_id, None)
        return None

    async def refused(self, chat_id: int, lack: str, asked_by: int) -> None:
        """Telegram refused "videos" or "messages" there: tell the group, or else a person.

        Raises: as `come`.
        """
        introduction = await groups.introduction_of(self._database, chat_id)
        await self._tell_lack(introduction, lack, asked_by)

    async def _introduce(self, introduction: Introduction) -> None:
        powers = await self._members.powers(introduction.chat_id)
        if powers.lack == "messages":
            return await self._tell_lack(introduction, powers.lack)
        texts = await self._texts_of(introduction)
        if not await self._send(introduction.chat_id, self._introduction(powers, texts)):
            return None
        async with self._database.transaction() as tx:
            now = self._clock.now_milliseconds()
            await groups.introduced(tx, introduction.chat_id, now)
            await groups.set_lack(tx, introduction.chat_id, powers.lack, now)
        logger.info("introduced to chat %s", introduction.chat_id)
        return None

    def _introduction(self, powers: Powers, texts: Catalogue) -> str:
        lines = [texts.html("arrival-hello", command=f"/talk@{self._bot_name}")]
        if not powers.sees_everything:
            lines.append(texts.html("arrival-hears-commands"))
        if powers.lack is not None:
            lines.append(texts.html("lack-videos"))
        if powers.slow_mode_seconds:
            lines.append(texts.html("arrival-slow", seconds=powers.slow_mode_seconds))
        return "\n\n".join(lines)

    async def _tell_lack(
        self, introduction: Introduction, lack: str, asked_by: int | None = None
    ) -> None:
        if introduction.lack == lack:
            return None
        if lack == "videos" and await self._say(introduction, "lack-videos"):
            return await self._store_lack(introduction.chat_id, "videos")
        await self._tell_person(introduction, asked_by)
        return await self._store_lack(introduction.chat_id, "messages")

    async def _tell_person(self, introduction: Introduction, asked_by: int | None) -> None:
        """In private, whoever added the bot, or whoever wants something of it there."""
        person = introduction.added_by or asked_by
        if introduction.lack == "messages" or person is None:
            return
        title = (await groups.settings_of(self._database, introduction.chat_id)).title
        code = await people.language_code(self._database, person)
        await self._send(person, self._texts.of(code).html("lack-messages", group=title))

    async def _say(self, introduction: Introduction, key: str) -> bool:
        return await self._send(
            introduction.chat_id, (await self._texts_of(introduction)).html(key)
        )

    async def _send(self, chat_id: int, text: str) -> bool:
        """Whether it may be there now; False where nothing may be written."""
        try:
            await self._sender.send_text(chat_id, text)
        except SendUnknown as failure:
            logger.info("chat %s may have been told: %s", chat_id, failure)
        except _SHUT as failure:
            logger.info("chat %s cannot be told: %s", chat_id, failure)
            return False
        return True

    async def _store_lack(self, chat_id: int, lack: str | None) -> None:
        async with self._database.transaction() as tx:
            await groups.set_lack(tx, chat_id, lack, self._clock.now_milliseconds())

    async def _texts_of(self, introduction: Introduction) -> Catalogue:
        """The group's language, or that of whoever added the bot."""
        code = await people.language_code(
            self._database, introduction.added_by or 0, introduction.chat_id
        )
        return self._texts.of(code)
