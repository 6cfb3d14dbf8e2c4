"""What can go wrong between the bot and Telegram: one exception for each thing a caller can do.

::

    TelegramFailure            anything below; its text never holds the token
    ├── TryAgain               nothing is broken for good, and repeating does no harm: later
    │   └── NotSent            proof that nothing reached the chat: a "sending" mark may be erased
    ├── SendUnknown            the message may or may not be in the chat: never repeat it blindly
    ├── Refused                repeating it would meet the same refusal
    │   ├── ChatDead           blocked, deactivated, kicked, deleted: stop writing to this chat
    │   ├── ThreadClosed       the topic takes no messages, and neither does the chat without it
    │   ├── NotAllowed         the chat's rights forbid this: tell its members or its admins
    │   └── FormRefused        not like this: another file or another form may do
    │       ├── FileTooBig     over Telegram's limit
    │       ├── FileGone       Telegram no longer has the file: ask the person to send it again
    │       ├── FileNotHere    a Bot API server keeps it where we cannot read: the operator must act
    │       └── RequestInvalid Telegram refuses what we wrote: a bug of ours
    ├── ChatMoved              the group has a new id (`new_chat_id`): rewrite it, then repeat
    ├── MessageGone            nothing to edit any more: send a new message instead
    └── TokenRejected          the token is wrong or revoked: the operator must act

`SendUnknown` comes only from calls that would show something twice when repeated (a new message);
edits, deletions and reads answer `TryAgain` in the same situation.
"""

from __future__ import annotations


class TelegramFailure(Exception):
    """Base of this tree; `str()` is Telegram's own description or a sentence of ours."""


class TryAgain(TelegramFailure):
    """The call failed for now; doing it later, even if it did happen, is harmless.

    `retry_after_seconds`: how long to wait at least, where Telegram said so.
    """

    def __init__(self, reason: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class NotSent(TryAgain):
    """The request never reached Telegram, or was turned away unread (429, no connection)."""


class SendUnknown(TelegramFailure):
    """The request left and no understandable answer came: the message may have been stored.

    `message_id` is set where the answer broke off after it: then the message is in the chat.
    """

    def __init__(self, reason: str, message_id: int | None = None) -> None:
        super().__init__(reason)
        self.message_id = message_id


class Refused(TelegramFailure):
    """Telegram says no, and would say so again."""


class ChatDead(Refused):
    """Nothing can be delivered to this chat any more."""


class ChatMoved(TelegramFailure):
    """The group became a supergroup; `new_chat_id` is where it lives now."""

    def __init__(self, new_chat_id: int) -> None:
        super().__init__(f"the group moved to chat {new_chat_id}")
        self.new_chat_id = new_chat_id


class ThreadClosed(Refused):
    """The topic is closed or deleted, and sending without it did not work either."""


class MessageGone(TelegramFailure):
    """The message to edit was deleted, or is too old to be edited."""


class NotAllowed(Refused):
    """The bot lacks the right to do this in this chat."""


class FormRefused(Refused):
    """It is not taken, or not handed out, in this form."""


class FileTooBig(FormRefused):
    """Telegram's limits: 20 MB to fetch, 50 MB to send."""


class FileGone(FormRefused):
    """The file id is not known (any more)."""


class FileNotHere(FormRefused):
    """A Bot API server in --local mode named a file on its disk, which cannot be read here."""


class RequestInvalid(FormRefused):
    """Telegram refuses the request as such."""


class TokenRejected(TelegramFailure):
    """Telegram does not know this bot token."""

    def __init__(self) -> None:
        super().__init__("Telegram does not know this bot token (any more)")


LATER = (TryAgain, TokenRejected)
"""What is no fault of what was asked: the same succeeds later."""
