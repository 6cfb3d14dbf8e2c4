"""A button is answered, whatever is in its data: that of an older version, or anything at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import CallbackQuery, Chat, Message, User

from bot.common import CommonServices
from bot.services import Services
from bot.telegram.errors import NotAllowed
from bot.telegram.keyboards import CALLBACK_DATA_LIMIT_BYTES
from bot.texts import LANGUAGES
from bot.wakeup import Wakeup
from handlers import callbacks
from handlers.button_press import Answer
from storage.db.database import Database
from tests.storage.orders import NOON
from tests.support.clock import FakeClock
from tests.support.fake_services import limits_with
from tests.support.fakes import FakeSender
from tests.support.texts import TEXTS

ADA, GROUP = 1001, -1001
EXPIRED = {"en": "This button has expired.", "zh-hans": "按钮已失效。"}

EVERY_FORM = [
    *("again:7:8", "cancel:7", "check:7", "crop:7:2", "cut:7:19900", "goon:7", "parts:7"),
    *("notnow:7", "pick:7", "clip:7:3", "reopen:7", "retry:7", "spend:7:12000"),
    *("finer:7", "finer:7:12000", "newface:7", "newvoice:7", "note:7", "video:7", "resend:7"),
    *("notme:7", "takedown:7", "ban:7", "dismiss:7", "unban:7", "report:7:face"),
    *("setting:no-such", "setting:reply:no-such", "setting:resolution:480P:720P:9"),
    *("agree", "decline", "history", "allow", "mydata", "forgetme", "keepme", "setting", "cancel"),
]
"""Every form of a button's data that any version ever sent, of things that are no longer there."""


class _AllMayAll:
    """Telegram's side of a chat: who is an administrator, and what the bot may do."""

    async def administers(self, *_: int) -> bool:
        return True

    async def powers(self, *_: int) -> Any:
        raise NotAllowed("nobody says")


def services_with(database: Database) -> Services:
    nothing = cast(Any, None)
    common = CommonServices(
        database=database,
        clock=FakeClock(NOON),
        limits=limits_with(admin_ids=frozenset({ADA})),
        texts=TEXTS,
        telegram=cast(Any, SimpleNamespace(sender=FakeSender(), members=_AllMayAll())),
        media=nothing,
        operator=nothing,
        wakeup=Wakeup(),
    )
    return Services(common=common)


def query_with(data: str, chat_id: int) -> CallbackQuery:
    chat = Chat(chat_id, Chat.PRIVATE if chat_id > 0 else Chat.SUPERGROUP)
    message = Message(5, date=cast(Any, None), chat=chat)
    return CallbackQuery("1", User(ADA, "Ada", is_bot=False), "1", message=message, data=data)


class Bot:
    """Answers buttons, with an empty database of its own."""

    def __init__(self, runner: asyncio.Runner, folder: Path) -> None:
        self._runner = runner
        self.database = runner.run(Database.open(folder / "bot.db", FakeClock(NOON)))
        self._services = services_with(self.database)

    def answers(self, data: str, chat_id: int) -> Answer:
        query = query_with(data, chat_id)
        return self._runner.run(callbacks.answer_of(self._services, TEXTS.of("en"), query, 1))


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    with asyncio.Runner() as runner:
        there = Bot(runner, tmp_path_factory.mktemp("buttons"))
        yield there
        runner.run(there.database.close())


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_over_is_said_in_these_words(language: str) -> None:
    assert TEXTS.of(language).plain("answer-too-late") == EXPIRED[language]


@pytest.mark.parametrize("data", EVERY_FORM)
def test_a_button_of_an_older_version_has_expired(bot: Bot, data: str) -> None:
    assert bot.answers(data, ADA).key == "answer-too-late"
    elsewhere = {"answer-not-yours"} if data.startswith("setting") else set()
    assert bot.answers(data, GROUP).key in {"answer-too-late", *elsewhere}


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
GARBAGE = st.one_of(
    WORDS,
    st.lists(WORDS, max_size=5).map(":".join),
    st.tuples(
        st.sampled_from(sorted(callbacks.BUTTONS)),
        st.lists(st.one_of(WORDS, st.integers().map(str)), max_size=3),
    ).map(lambda parts: ":".join([parts[0], *parts[1]])),
).filter(lambda data: len(data.encode()) <= CALLBACK_DATA_LIMIT_BYTES)


@settings(deadline=None)
@given(GARBAGE, st.sampled_from([ADA, GROUP]))
def test_any_data_is_answered(bot: Bot, data: str, chat_id: int) -> None:
    answer = bot.answers(data, chat_id)
    for language in LANGUAGES:
        assert TEXTS.of(language).plain(answer.key, **answer.values)
    if data.partition(":")[0] not in callbacks.BUTTONS:
        assert answer.key == "answer-too-late"
