"""What the bot says in a group of its own accord: what it is for, and what it lacks there. Once."""

from __future__ import annotations

import logging

from bot.common import Component
from bot.telegram.destination import Destination
from bot.telegram.errors import Refused, SendUnknown
from bot.telegram.members import Powers
from bot.texts import Catalogue
from storage.groups import groups
from storage.groups.groups import Introduction

logger = logging.getLogger(__name__)


class Introductions(Component):
    """Introduces the bot; a text whose sending was interrupted may be said once more."""

    async def come(self, chat_id: int, title: str, added_by: int | None) -> None:
        """The bot is in this group: introduce it, unless that was done.

        Raises: `TelegramFailure`s that the next attempt may not meet.
        """
        async with self.database.transaction() as tx:
            await groups.note(tx, chat_id, added_by)
            await groups.choose(tx, chat_id, {"title": title})
        introduction = await groups.introduction_of(self.database, chat_id)
        if not introduction.introduced:
            await self._introduce(introduction)

    async def look_again(self, chat_id: int) -> None:
        """The bot's rights are others now: say so where that mends or breaks what was said.

        Raises: as `come`.
        """
        introduction = await groups.introduction_of(self.database, chat_id)
        if not introduction.introduced:
            await self._introduce(introduction)
        elif (lack := (await self.members.powers(chat_id)).lack) is not None:
            await self._tell_lack(introduction, lack)
        elif introduction.lack is not None and await self._say(introduction, "lack-mended"):
            await self.database.do(groups.set_lack, chat_id, None)

    async def refused(self, chat_id: int, lack: str, asked_by: int) -> None:
        """Telegram refused "videos" or "messages" there: tell the group, or else who added the bot;
        of messages, whoever asks as well.

        Raises: as `come`.
        """
        introduction = await groups.introduction_of(self.database, chat_id)
        await self._tell_lack(introduction, lack, asked_by)
        if lack == "messages" and introduction.added_by not in (None, asked_by):
            await self._say_in_private(asked_by, chat_id, "lack-messages")

    async def tell_of_closed_topic(self, chat_id: int, asked_by: int) -> None:
        """Neither the topic nor the group as a whole takes an answer: in private.

        Raises: as `come`.
        """
        await self._say_in_private(asked_by, chat_id, "topic-no-reply")

    async def come_to_channel(self, chat_id: int, title: str, added_by: int) -> None:
        """What the bot is for, to whoever made it an administrator: in private, or else there.

        Raises: as `come`.
        """
        name = f"@{self.common.telegram.bot_name}"
        text = (await self.texts_for(added_by)).html("channel-hello", name=name, channel=title)
        if not await self._send(added_by, text):
            await self._send(chat_id, text)

    async def _introduce(self, introduction: Introduction) -> None:
        powers = await self.members.powers(introduction.chat_id)
        if powers.lack == "messages":
            await self._tell_lack(introduction, powers.lack)
            return
        texts = await self._texts_of(introduction)
        hello = texts.html("introduction-hello", command=f"/talk@{self.common.telegram.bot_name}")
        text = "\n\n".join([hello, *lacks(powers, texts)])
        if await self._send(introduction.chat_id, text):
            async with self.database.transaction() as tx:
                await groups.introduced(tx, introduction.chat_id)
                await groups.set_lack(tx, introduction.chat_id, powers.lack)
            logger.info("introduced to chat %s", introduction.chat_id)

    async def _tell_lack(
        self, introduction: Introduction, lack: str, asked_by: int | None = None
    ) -> None:
        if introduction.lack == lack:
            return
        said = lack == "videos" and await self._say(introduction, "lack-videos")
        if not said:
            await self._tell_person(introduction, asked_by)
        told = "videos" if said else "messages"
        await self.database.do(groups.set_lack, introduction.chat_id, told)

    async def _tell_person(self, introduction: Introduction, asked_by: int | None) -> None:
        """In private, whoever added the bot, or whoever wants something of it there."""
        person = introduction.added_by or asked_by
        if introduction.lack != "messages" and person is not None:
            await self._say_in_private(person, introduction.chat_id, "lack-messages")

    async def _say_in_private(self, person: int, chat_id: int, key: str) -> None:
        title = (await groups.settings_of(self.database, chat_id)).title
        await self._send(person, (await self.texts_for(person)).html(key, group=title))

    async def _say(self, introduction: Introduction, key: str) -> bool:
        return await self._send(
            introduction.chat_id, (await self._texts_of(introduction)).html(key)
        )

    async def _send(self, chat_id: int, text: str) -> bool:
        """Whether it may be there now; False where nothing may be written."""
        try:
            await self.sender.send_text(Destination(chat_id), text)
        except SendUnknown as failure:
            logger.info("chat %s may have been told: %s", chat_id, failure)
        except Refused as failure:
            logger.info("chat %s cannot be told: %s", chat_id, failure)
            return False
        return True

    async def _texts_of(self, introduction: Introduction) -> Catalogue:
        """The group's language, or that of whoever added the bot."""
        return await self.texts_for(introduction.added_by or 0, introduction.chat_id)


def lacks(powers: Powers, texts: Catalogue) -> list[str]:
    """What the bot cannot see or do in the group, a sentence each."""
    lines = [] if powers.sees_everything else [texts.html("introduction-hears-commands")]
    if powers.lack is not None:
        lines.append(texts.html("lack-videos"))
    if powers.slow_mode_seconds:
        lines.append(texts.html("introduction-slow", seconds=powers.slow_mode_seconds))
    return lines
