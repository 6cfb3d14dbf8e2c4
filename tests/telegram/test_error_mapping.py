"""What each refusal of Telegram means for us."""

from __future__ import annotations

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.telegram.answers import LoggedOut
from bot.telegram.error_mapping import Needless, describe, retry_after_seconds, translate
from bot.telegram.errors import (
    ChatDead,
    ChatMoved,
    FileGone,
    FileTooBig,
    MessageGone,
    NotAllowed,
    NotSent,
    RequestInvalid,
    TelegramFailure,
    ThreadClosed,
    TokenRejected,
)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), ChatDead),
        (Forbidden("Forbidden: user is deactivated"), ChatDead),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), ChatDead),
        (Forbidden("Forbidden: the group chat was deleted"), ChatDead),
        (Forbidden("Forbidden: not enough rights to send videos to the chat"), NotAllowed),
        (BadRequest("Bad Request: chat not found"), ChatDead),
        (BadRequest("Bad Request: not enough rights to send videos to the chat"), NotAllowed),
        (BadRequest("Bad Request: CHAT_WRITE_FORBIDDEN"), NotAllowed),
        (BadRequest("Bad Request: CHAT_SEND_VIDEOS_FORBIDDEN"), NotAllowed),
        (BadRequest("Bad Request: message can't be deleted"), NotAllowed),
        (BadRequest("Bad Request: CHAT_GUEST_SEND_FORBIDDEN"), NotAllowed),
        (BadRequest("Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"), NotAllowed),
        (BadRequest("Bad Request: VOICE_MESSAGES_FORBIDDEN"), NotAllowed),
        (BadRequest("Bad Request: USER_BANNED_IN_CHANNEL"), NotAllowed),
        (BadRequest("Bad Request: have no write access to the chat"), NotAllowed),
        (BadRequest("Bad Request: ALLOW_PAYMENT_REQUIRED_50"), NotAllowed),
        (BadRequest("Bad Request: PRIVACY_PREMIUM_REQUIRED"), NotAllowed),
        (BadRequest("Bad Request: SLOWMODE_WAIT_30"), NotAllowed),
        (BadRequest("Bad Request: need administrator rights in the channel chat"), NotAllowed),
        (Forbidden("Forbidden: user restricted receiving of voice messages"), NotAllowed),
        (Forbidden("Forbidden: bot is not a member of the channel chat"), ChatDead),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), ChatDead),
        (BadRequest("Bad Request: CHANNEL_PRIVATE"), ChatDead),
        (BadRequest("Bad Request: message to edit not found"), MessageGone),
        (BadRequest("Bad Request: message can't be edited"), MessageGone),
        (BadRequest("Bad Request: MESSAGE_ID_INVALID"), MessageGone),
        (BadRequest("Bad Request: message thread not found"), ThreadClosed),
        (BadRequest("Bad Request: TOPIC_CLOSED"), ThreadClosed),
        (BadRequest("Bad Request: file is too big"), FileTooBig),
        (NetworkError("Request Entity Too Large (413)"), FileTooBig),
        (BadRequest("Bad Request: wrong file_id or the file is temporarily unavailable"), FileGone),
        (BadRequest("Bad Request: message is not modified: specified new…"), Needless),
        (BadRequest("Bad Request: query is too old and response timeout expired"), Needless),
        (BadRequest("Bad Request: can't parse entities"), RequestInvalid),
        (InvalidToken("Unauthorized"), TokenRejected),
        (Conflict("Conflict: terminated by other getUpdates request"), NotSent),
        (RetryAfter(3), NotSent),
        (LoggedOut(), NotSent),
    ],
)
def test_each_answer_has_its_meaning(error: TelegramError, meaning: type[TelegramFailure]) -> None:
    assert type(translate(error)) is meaning


def test_a_moved_group_keeps_its_new_address() -> None:
    moved = translate(ChatMigrated(-100_7))
    assert isinstance(moved, ChatMoved)
    assert moved.new_chat_id == -100_7


@pytest.mark.parametrize(
    "cause", [httpx.ConnectError("no"), httpx.ConnectTimeout("no"), httpx.PoolTimeout("no")]
)
def test_what_never_left_is_not_sent(cause: httpx.HTTPError) -> None:
    assert type(translate(_caused(TimedOut(), cause))) is NotSent


@pytest.mark.parametrize(
    "error",
    [TimedOut(), NetworkError("Bad Gateway (502)"), TelegramError("Invalid server response")],
)
def test_what_may_have_been_carried_out_has_no_meaning_of_its_own(error: TelegramError) -> None:
    assert translate(error) is None


@pytest.mark.parametrize(
    "cause", [httpx.ReadTimeout("no"), httpx.WriteTimeout("no"), httpx.RemoteProtocolError("no")]
)
def test_a_failure_after_the_request_left_is_not_taken_for_not_sent(cause: httpx.HTTPError) -> None:
    assert translate(_caused(TimedOut(), cause)) is None


def test_a_description_holds_neither_address_nor_payload() -> None:
    address = httpx.Request("POST", "http://localhost/bot1:secret/sendMessage")
    cause = httpx.ReadError("http://localhost/bot1:secret/sendMessage", request=address)
    payload = NetworkError("Bad Gateway (502). Parsing the server response b'secret' failed")
    assert describe(_caused(NetworkError(f"httpx.ReadError: {cause}"), cause)) == "ReadError"
    assert describe(payload) == "Bad Gateway (502)"


def test_seconds_of_silence_are_a_number() -> None:
    assert retry_after_seconds(RetryAfter(35)) == 35.0


def _caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error
