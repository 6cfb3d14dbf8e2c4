"""A button under a video is heeded as soon as Telegram shows it, in whatever form it comes."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import CallbackQuery, Chat, Message, User

from bot.services import Services
from handlers import callbacks
from storage.people import consents, preferences
from tests.delivery.conftest import ADA, Setup
from tests.support.chats import buttons_of
from tests.support.texts import TEXTS, label

SHOWING = ("send_video", "edit_into_video", "edit_text")


class HastyPerson:
    """Presses every button of each message that Telegram has, before the bot is told."""

    def __init__(self, there: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there = there
        self.services = Services(common=there.common)
        self.answers: dict[str, str] = {}
        for name in SHOWING:
            monkeypatch.setattr(there.sender, name, self._hasty(name))

    def _hasty(self, name: str) -> Any:
        show = getattr(self.there.sender, name)

        async def shown(*args: Any, **given: Any) -> Any:
            sent = await show(*args, **given)
            await self._press_all()
            return sent

        return shown

    async def _press_all(self) -> None:
        for message in await self.there.telegram.seen():
            for text, data in buttons_of(message).items():
                if text not in self.answers:
                    self.answers[text] = await self._press(message["message_id"], data)

    async def _press(self, message_id: int, data: str) -> str:
        there = Message(message_id, None, Chat(ADA, Chat.PRIVATE))  # type: ignore[arg-type]
        ada = User(ADA, "Ada", is_bot=False)
        query = CallbackQuery("1", ada, "1", message=there, data=data)
        answer = await callbacks.answer_of(self.services, TEXTS.of("en"), query, message_id)
        return answer.key


@pytest.mark.parametrize("trouble", ["", "drop_before", "drop_after"])
@pytest.mark.parametrize("reply_as", ["video", "note"])
async def test_no_button_under_a_video_has_expired_before_the_bot_knows_that_it_came(
    there: Setup, monkeypatch: pytest.MonkeyPatch, reply_as: str, trouble: str
) -> None:
    async with there.database.transaction() as tx:
        await preferences.choose(tx, ADA, {"reply_as": reply_as})
        await consents.give(tx, ADA, there.common.limits.agreement, "en")
    if trouble:
        there.telegram.fault("sendVideoNote" if reply_as == "note" else "sendVideo", trouble)
    ada = HastyPerson(there, monkeypatch)
    await there.deliver(await there.rendered())
    other = "button-as-note" if (reply_as, trouble) != ("note", "") else "button-as-video"
    assert ada.answers[label(other)] == "answer-coming"
    assert len(ada.answers) == 2
    assert "answer-too-late" not in ada.answers.values()
