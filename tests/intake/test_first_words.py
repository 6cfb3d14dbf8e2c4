"""What is said at once of a photo never stays beside what came of it, whichever arrives first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Chat, Message, PhotoSize, User

from bot.intake.intake import Intake
from bot.intake.replies import MediaReplies
from bot.services import Services
from bot.telegram.destination import Destination
from bot.telegram.outgoing import SentMessage
from handlers.context import MessageContext
from handlers.media import receive_media
from storage import due, media
from storage.due import Due
from storage.media import ConversationKey, Media
from storage.people import consents
from tests.storage import orders
from tests.support.fake_services import Fakes
from tests.support.texts import TEXTS, said

ADA = User(1, "Ada", is_bot=False)


class SlowLine:
    """Telegram gets each new message only when it is let through."""

    def __init__(self, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
        self._send = fakes.sender.send_text
        self.messages = fakes.sender.messages
        self.begun, self.let_through = asyncio.Event(), asyncio.Event()
        self.first_begun, self.first_let_through = asyncio.Event(), asyncio.Event()
        monkeypatch.setattr(fakes.sender, "send_text", self.send_text)
        monkeypatch.setattr(fakes.sender, "delete_message", self.delete_message)

    async def send_text(self, destination: Any, text: str, **given: Any) -> SentMessage:
        is_first = text == said("photo-looking")
        (self.first_begun if is_first else self.begun).set()
        await (self.first_let_through if is_first else self.let_through).wait()
        return await self._send(destination, text, **given)

    async def delete_message(self, chat_id: int, message_id: int) -> None:
        assert self.messages[message_id].chat_id == chat_id
        self.messages[message_id].text = ""


async def ada_sends_a_photo(fakes: Fakes) -> MessageContext:
    async with fakes.database.transaction() as tx:
        await consents.give(tx, ADA.id, fakes.common.limits.agreement, "en")
    now = datetime.fromtimestamp(fakes.clock.now_milliseconds() // 1000, UTC)
    photo = [PhotoSize("f", "u", 400, 400, 9)]
    message = Message(5, now, Chat(ADA.id, Chat.PRIVATE), from_user=ADA, photo=photo)
    return MessageContext(
        services=Services(common=fakes.common),
        user=ADA,
        texts=TEXTS.of("en"),
        destination=Destination(ADA.id, reply_to=5),
        message=message,
    )


async def say_what_is_due(fakes: Fakes) -> None:
    fakes.clock.advance(5)
    for item in await due.rows(fakes.database, Media, Due.UNANNOUNCED_MEDIA, 9):
        await fakes.common.part(Intake).conclude(item.id)


@pytest.mark.parametrize("first_words_arrive", ["before", "meanwhile", "after"])
async def test_in_the_end_one_message_says_what_came_of_a_photo(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch, first_words_arrive: str
) -> None:
    line = SlowLine(fakes, monkeypatch)
    receiving = asyncio.create_task(receive_media(await ada_sends_a_photo(fakes)))
    await line.first_begun.wait()
    if first_words_arrive == "before":
        line.first_let_through.set()
        await receiving
    async with fakes.database.transaction() as tx:
        assert await media.refuse(tx, 1, "gone")
    saying = asyncio.create_task(say_what_is_due(fakes))
    if first_words_arrive == "meanwhile":
        await line.begun.wait()
        line.first_let_through.set()
        await receiving
    line.let_through.set()
    await saying
    line.first_let_through.set()
    await receiving
    await say_what_is_due(fakes)
    assert [text for text in fakes.sender.to(ADA.id) if text] == [said("photo-gone")]


async def test_nothing_is_asked_for_that_is_ready_by_now(fakes: Fakes) -> None:
    """Both are ready, and whichever was the later is about to have the video made."""
    here = ConversationKey(7, 0, 7)
    async with fakes.database.transaction() as tx:
        both = [await orders.item(tx, kind, here) for kind in ("photo", "voice")]
    replies = MediaReplies(common=fakes.common)
    assert [await replies.words(item) for item in both] == [None, None]
