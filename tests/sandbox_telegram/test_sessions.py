"""Both well-kept bot libraries, unmodified, work against the local Telegram."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import aiogram
import aiogram.exceptions
import aiogram.types
import pytest
import telegram as ptb
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from tests.support.credentials import TOKEN
from tests.support.local_telegram import LocalTelegram
from tests.support.media.photos import gradient
from tests.support.media.videos import video


@pytest.fixture
async def ptb_bot(telegram: LocalTelegram) -> AsyncIterator[ptb.Bot]:
    bot = ptb.Bot(TOKEN, base_url=f"{telegram.url}/bot", base_file_url=f"{telegram.url}/file/bot")
    async with bot:
        yield bot


@pytest.fixture
async def aiogram_bot(telegram: LocalTelegram) -> AsyncIterator[aiogram.Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(telegram.url))
    async with aiogram.Bot(TOKEN, session=session) as bot:
        yield bot


async def test_a_python_telegram_bot_session(telegram: LocalTelegram, ptb_bot: ptb.Bot) -> None:
    await telegram.write(kind="photo", sample="portrait")
    await telegram.write(kind="voice", sample="voice")
    photo, voice = await ptb_bot.get_updates(timeout=1)
    assert photo.message is not None
    assert voice.message is not None
    assert voice.message.voice is not None
    file = await photo.message.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray())[:2] == b"\xff\xd8"
    status = await ptb_bot.send_message(telegram.chat_id, "<b>working</b>", parse_mode="HTML")
    assert status.parse_entities() == {status.entities[0]: "working"}
    await status.edit_text("half way")
    with pytest.raises(ptb.error.BadRequest, match="essage is not modified"):
        await status.edit_text("half way")
    sent = await ptb_bot.send_video(
        telegram.chat_id,
        io.BytesIO(video()),
        thumbnail=io.BytesIO(gradient()),
        cover=io.BytesIO(gradient()),
        reply_to_message_id=voice.message.message_id,
        allow_sending_without_reply=True,
        width=64,
        height=48,
        duration=1,
    )
    assert sent.video is not None
    assert sent.video.cover
    assert sent.reply_to_message is not None
    edited = await ptb_bot.edit_message_media(
        ptb.InputMediaVideo(video(), caption="done", thumbnail=io.BytesIO(gradient())),
        chat_id=telegram.chat_id,
        message_id=status.message_id,
    )
    assert isinstance(edited, ptb.Message)
    assert (edited.text, edited.caption) == (None, "done")


async def test_python_telegram_bot_meets_its_own_exceptions(
    telegram: LocalTelegram, ptb_bot: ptb.Bot
) -> None:
    telegram.fault("sendMessage", "rate_limit", retry_after=3)
    with pytest.raises(ptb.error.RetryAfter):
        await ptb_bot.send_message(telegram.chat_id, "x")
    group = await telegram.new_group(telegram.person)
    grown = (await telegram.sim("POST", f"/chats/{group['chat_id']}/migrate")).json()
    with pytest.raises(ptb.error.ChatMigrated) as migrated:
        await ptb_bot.send_message(group["chat_id"], "x")
    assert migrated.value.new_chat_id == grown["chat_id"]
    telegram.fault("getUpdates", "conflict")
    with pytest.raises(ptb.error.Conflict):
        await ptb_bot.get_updates()
    await telegram.sim("POST", f"/chats/{telegram.chat_id}/block", {})
    with pytest.raises(ptb.error.Forbidden):
        await ptb_bot.send_message(telegram.chat_id, "x")


async def test_an_aiogram_session(telegram: LocalTelegram, aiogram_bot: aiogram.Bot) -> None:
    await telegram.write(kind="voice", sample="voice")
    (update,) = await aiogram_bot.get_updates()
    assert update.message is not None
    assert update.message.voice is not None
    content = await aiogram_bot.download(update.message.voice)
    assert content is not None
    assert content.read(4) == b"OggS"
    sent = await aiogram_bot.send_video(
        telegram.chat_id,
        aiogram.types.BufferedInputFile(video(), "v.mp4"),
        caption="<i>x</i>",
        parse_mode="HTML",
        thumbnail=aiogram.types.BufferedInputFile(gradient(), "t.jpg"),
    )
    assert sent.video is not None
    assert sent.video.thumbnail is not None
    assert await sent.delete()
    members = await telegram.new_group(telegram.person, administrators=[4242])
    admins = await aiogram_bot.get_chat_administrators(members["chat_id"])
    assert {admin.status for admin in admins} == {"creator", "administrator"}
    me = await aiogram_bot.get_chat_member(members["chat_id"], 4242)
    assert me.status == "administrator"
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="chat not found"):
        await aiogram_bot.send_message(1, "x")
