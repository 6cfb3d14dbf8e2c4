"""setMyCommands, getMyCommands, deleteMyCommands: per scope and language."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.telegram.bots.bots import Bot, CommandKey
from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.methods.call import Call

Json = dict[str, Any]

_NAME = re.compile(r"[a-z0-9_]{1,32}")
_DESCRIPTION_LIMIT = 256
_MOST_COMMANDS = 100
_OF_CHAT = frozenset({"chat", "chat_administrators", "chat_member"})
_OF_ADMINISTRATORS = ("all_chat_administrators",)
_OF_GROUPS = ("all_group_chats", "default")
_SCOPES = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"} | _OF_CHAT
)


async def set_my_commands(call: Call) -> bool:
    """https://core.telegram.org/bots/api#setmycommands"""
    commands = call.params.json("commands")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > _MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    _store(call, [_command(command) for command in commands])
    return True


async def delete_my_commands(call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletemycommands"""
    _store(call, [])
    return True


async def get_my_commands(call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#getmycommands"""
    return list(call.bot.commands.get(_key(call), []))


def shown_commands(
    bot: Bot, chat: Chat | None, language_code: str, user_id: int = 0
) -> list[dict[str, str]]:
    """What the menu shows that person; without a chat, what it shows in a private one.

    https://core.telegram.org/bots/api#determining-list-of-commands
    """
    for scope in _scopes(chat, user_id):
        for language in (language_code, ""):
            if found := bot.commands.get((scope, language)):
                return found
    return []


def _scopes(chat: Chat | None, user_id: int) -> list[str]:
    """The scopes that hold there, the narrowest first."""
    here = [f"chat:{chat.chat_id}"] if chat is not None else []
    if chat is None or not chat.is_group:
        return [*here, "all_private_chats", "default"]
    mine = [f"chat_member:{chat.chat_id}:{user_id}"]
    if chat.administers(user_id):
        administrators = [f"chat_administrators:{chat.chat_id}"]
        return [*mine, *administrators, *here, *_OF_ADMINISTRATORS, *_OF_GROUPS]
    return [*mine, *here, *_OF_GROUPS]


def _store(call: Call, commands: list[dict[str, str]]) -> None:
    key = _key(call)
    if commands:
        call.bot.commands[key] = commands
    else:
        call.bot.commands.pop(key, None)
    call.world.journal.append(
        "commands_changed", scope=key[0], language_code=key[1], commands=commands
    )


def _command(command: Any) -> dict[str, str]:
    if not isinstance(command, dict):
        raise bad_request("expected an Object")
    name = str(command.get("command", "")).removeprefix("/")
    description = str(command.get("description", "")).strip()
    if not _NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= _DESCRIPTION_LIMIT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def _key(call: Call) -> CommandKey:
    scope = call.params.json("scope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    name = str(scope["type"])
    if name in _OF_CHAT:
        name = f"{name}:{scope.get('chat_id')}"
    if "user_id" in scope:
        name = f"{name}:{scope['user_id']}"
    return name, call.params.text("language_code")
