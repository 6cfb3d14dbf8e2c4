"""Commands, per scope and language."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.local_telegram import LocalTelegram

START = [{"command": "start", "description": "Begin"}]
BEGIN = [{"command": "start", "description": "开始"}]
GROUPS = {"type": "all_group_chats"}


async def test_commands_are_kept_per_scope_and_language(telegram: LocalTelegram) -> None:
    await telegram.call("setMyCommands", commands=START)
    await telegram.call("setMyCommands", commands=BEGIN, language_code="zh")
    await telegram.call("setMyCommands", commands=BEGIN, scope=GROUPS)
    assert await telegram.call("getMyCommands") == START
    assert await telegram.call("getMyCommands", language_code="zh") == BEGIN
    assert await telegram.call("getMyCommands", scope=GROUPS) == BEGIN
    await telegram.call("deleteMyCommands", language_code="zh")
    assert await telegram.call("getMyCommands", language_code="zh") == []


async def test_a_person_sees_the_commands_of_their_language(telegram: LocalTelegram) -> None:
    await telegram.call("setMyCommands", commands=START)
    await telegram.call("setMyCommands", commands=BEGIN, language_code="zh")
    path = f"/chats/{telegram.chat_id}/commands"
    for language, shown in (("zh", BEGIN), ("fr", START)):
        answer = await telegram.sim("GET", f"{path}?language_code={language}")
        assert answer.json() == {"commands": shown}
    state = (await telegram.sim("GET", "/state")).json()
    assert state["bot"]["commands"] == START


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ([{"command": "Start", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "start", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        (START * 101, "BOT_COMMANDS_TOO_MUCH"),
        (None, "expected an Array of BotCommand"),
    ],
)
async def test_a_wrong_command_is_refused(
    telegram: LocalTelegram, commands: Any, reason: str
) -> None:
    said = await telegram.refusal("setMyCommands", commands=commands)
    assert said == f"Bad Request: {reason}"
