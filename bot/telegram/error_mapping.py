"""From python-telegram-bot's exceptions to ours: what each refusal of Telegram means for us."""

from __future__ import annotations

import json
import re

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.http_client import NEVER_LEFT
from bot.telegram import errors
from bot.telegram.answers import LoggedOut

_DESCRIPTION_LIMIT = 200

# How the Bot API begins its answer to a message that it has stored.
_STORED = re.compile(r'\s*\{\s*"ok"\s*:\s*true\s*,\s*"result"\s*:\s*\{\s*"message_id"\s*:\s*(\d+),')


class Needless(errors.TelegramFailure):
    """Nothing was left to do: the message already reads so, or the button press is too old."""


# Telegram documents no error codes below 400 and 403: descriptions are all there is. Written in
# small letters; the first row that fits decides.
_MEANINGS: tuple[tuple[type[errors.TelegramFailure], tuple[str, ...]], ...] = (
    (Needless, ("message is not modified", "query is too old", "query id is invalid")),
    (
        errors.MessageGone,
        (
            *("message to edit not found", "message can't be edited", "message_id_invalid"),
            *("message to delete not found", "there is no text in the message to edit"),
        ),
    ),
    (
        errors.ThreadClosed,
        ("message thread not found", "topic_closed", "topic_deleted", "topic is closed"),
    ),
    (
        errors.ChatDead,
        (
            *("chat not found", "peer_id_invalid", "user is deactivated", "user_deactivated"),
            *("user_is_blocked", "group chat was deactivated", "channel_private"),
            *("chat_forbidden", "user_id_invalid", "bot can't initiate conversation"),
        ),
    ),
    # A chat's own rules: what it lets nobody do, or not this bot, or not for nothing.
    (
        errors.NotAllowed,
        (
            *("not enough rights", "have no rights", "no write access", "_forbidden"),
            *("need administrator rights", "admin_required", "administrator_required"),
            *("restricted", "user_banned_in_channel", "message can't be deleted"),
            *("_not_allowed", "payment_required", "premium_required", "slowmode_wait"),
        ),
    ),
    (errors.FileTooBig, ("file is too big", "too large")),
    (
        errors.FileGone,
        (
            *("wrong file_id", "invalid file_id", "wrong file identifier", "file_reference_"),
            *("wrong remote file identifier", "file is temporarily unavailable"),
        ),
    ),
)


def translate(error: TelegramError) -> errors.TelegramFailure | None:
    """What the error means; None when nobody can tell whether the call was carried out.

    A 429 (`RetryAfter`) was turned away unread.
    """
    text = describe(error)
    match error:
        case LoggedOut() | Conflict():
            return errors.NotSent(text)
        case ChatMigrated():
            return errors.ChatMoved(error.new_chat_id)
        case RetryAfter():
            return errors.NotSent(text, retry_after_seconds(error))
        case InvalidToken():
            return errors.TokenRejected()
        case Forbidden():
            return (_meaning(text, errors.NotAllowed) or errors.ChatDead)(text)
        case BadRequest():
            return (_meaning(text) or errors.RequestInvalid)(text)
    if isinstance(error.__cause__, NEVER_LEFT):
        return errors.NotSent(text)
    # 413 carries no description that python-telegram-bot would make a BadRequest of.
    return errors.FileTooBig(text) if _meaning(text, errors.FileTooBig) else None


def retry_after_seconds(error: RetryAfter) -> float:
    """How long a 429 asks to wait, in seconds."""
    delay = error.retry_after
    return float(delay) if isinstance(delay, int) else delay.total_seconds()


def message_id_in(error: TelegramError) -> int | None:
    """The id of the new message, if the answer says "ok", names it and breaks off later."""
    garbled = error.__cause__
    found = _STORED.match(garbled.doc) if isinstance(garbled, json.JSONDecodeError) else None
    return int(found[1]) if found else None


def describe(error: TelegramError) -> str:
    """Telegram's own words, or the kind of network failure; never an address or a payload."""
    if isinstance(error.__cause__, httpx.HTTPError):
        return type(error.__cause__).__name__
    if error.message.startswith("Unknown error in HTTP implementation"):
        return type(error.__cause__).__name__
    return error.message.partition(". Parsing the server response")[0][:_DESCRIPTION_LIMIT]


def _meaning(
    text: str, only: type[errors.TelegramFailure] | None = None
) -> type[errors.TelegramFailure] | None:
    small = text.lower()
    fitting = (meaning for meaning, phrases in _MEANINGS if any(said in small for said in phrases))
    return next((meaning for meaning in fitting if only in (None, meaning)), None)
