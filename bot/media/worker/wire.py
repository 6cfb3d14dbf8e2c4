"""How the bot and its media process talk: messages, each after its length, through two pipes.

The bot is trusted: it sends pickles. What comes back was made by a process that handles
strangers' files: plain data, of which the bot makes the values that the call is declared to
return, and exceptions of `bot.media.errors`.
"""

from __future__ import annotations

import inspect
import pickle
import struct
from typing import Any, BinaryIO, Literal, get_type_hints

import msgspec

from bot.media import errors
from bot.media.worker.talk import TalkBroken

LENGTH = struct.Struct(">Q")
LONGEST_REPLY_BYTES = 64 * 1024 * 1024

Kind = Literal["ready", "progress", "done", "raised", "failed"]


class Reply(msgspec.Struct, array_like=True):
    """Of one kind; what `content` is depends on it."""

    kind: Kind
    content: msgspec.Raw


def framed(message: object) -> bytes:
    """Return the bot's message, ready to be sent."""
    return _after_its_length(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))


def read_request(source: BinaryIO) -> Any:
    """Return the bot's next message; EOFError when it has closed the pipe."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    return pickle.loads(source.read(LENGTH.unpack(head)[0]))  # noqa: S301 - from our own parent


def framed_reply(kind: Kind, content: object) -> bytes:
    """Return the media process's message; TypeError where the content is no plain data."""
    return _after_its_length(msgspec.msgpack.encode((kind, content)))


def framed_error(error: errors.MediaFailure) -> bytes:
    """Return the message that this was raised."""
    known = inspect.isfunction(type(error).__init__)
    arguments = error.args if known else tuple(map(str, error.args))
    return framed_reply("raised", (type(error).__name__, arguments))


def value_of(data: bytes | msgspec.Raw, expected: Any) -> Any:
    """Return the value of that type; raises TalkBroken where it is none."""
    try:
        return msgspec.msgpack.decode(data, type=expected)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise TalkBroken(str(error)) from error


def error_of(content: msgspec.Raw) -> errors.MediaFailure:
    """Return the exception that was raised; raises TalkBroken."""
    name, raw = value_of(content, tuple[str, msgspec.Raw])
    kind = getattr(errors, name, None)
    if not (isinstance(kind, type) and issubclass(kind, errors.MediaFailure)):
        raise TalkBroken(f"a media process may not raise {name}")
    return kind(*value_of(raw, _arguments_of(kind)))


def _arguments_of(kind: type[errors.MediaFailure]) -> Any:
    if inspect.isfunction(kind.__init__):
        hints = get_type_hints(kind.__init__)
        return tuple[tuple(hint for name, hint in hints.items() if name != "return")]  # type: ignore[misc]
    return tuple[str, ...]


def _after_its_length(data: bytes) -> bytes:
    return LENGTH.pack(len(data)) + data
