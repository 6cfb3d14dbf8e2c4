"""How the bot and its media process talk: pickles, each after its length, through two pipes.

What comes back was made by a process that handles strangers' files, so the bot takes
nothing from it but plain values and our own dataclasses, enumerations and exceptions.
"""

from __future__ import annotations

import dataclasses
import pickle
import struct
import sys
from enum import Enum
from io import BytesIO
from typing import Any, BinaryIO

LENGTH = struct.Struct(">Q")
LONGEST_REPLY_BYTES = 64 * 1024 * 1024


def framed(message: object) -> bytes:
    """Return a message ready to be sent."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)) + data


def read_request(source: BinaryIO) -> Any:
    """Return the bot's next message, which is trusted; EOFError when it has closed the pipe."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    return pickle.loads(source.read(LENGTH.unpack(head)[0]))  # noqa: S301 - from our own parent


def read_reply(data: bytes) -> Any:
    """Return what the media process says; UnpicklingError when it says more than it may."""
    return _CarefulUnpickler(BytesIO(data)).load()


class _CarefulUnpickler(pickle.Unpickler):
    """Knows only classes that are data, and only from this project's loaded modules."""

    def find_class(self, module: str, name: str) -> Any:
        found = vars(sys.modules[module]).get(name) if _ours(module) else None
        if isinstance(found, type) and found.__module__ == module and _is_data(found):
            return found
        raise pickle.UnpicklingError(f"a media process may not send {module}.{name}")


def _ours(module: str) -> bool:
    return module.startswith("bot.") and module in sys.modules


def _is_data(kind: type) -> bool:
    return dataclasses.is_dataclass(kind) or issubclass(kind, Enum | Exception)
