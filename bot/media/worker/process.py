"""The media process itself: reads calls, answers them, until its pipe is closed.

Started by `MediaWorker` as `python -m bot.media.worker.process`.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO

from bot.media.errors import MediaFailure, MediaWorkerKilled
from bot.media.worker.confinement import confine
from bot.media.worker.kinds import ProcessKind
from bot.media.worker.limits import limit_call, limit_process
from bot.media.worker.wire import Kind, framed_error, framed_reply, read_request

_IMPORTED_BEFORE_LIMITS = ("bot.media.sound.normalise", "bot.media.picture.normalise")


Request = tuple[Callable[..., object], bool]
"""What to call, and whether it tells how far it is."""


def main() -> None:
    """Serve the parent until it goes away."""
    requests, replies = _private_pipes()
    kind, mebibytes, folders = read_request(requests)
    for module in _IMPORTED_BEFORE_LIMITS:
        importlib.import_module(module)
    sys.dont_write_bytecode = True
    limit_process(kind, mebibytes)
    confine(folders)
    _send(replies, "ready", None)
    _serve(requests, replies, kind)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the two pipes away from standard input and output, which libraries may use."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, replies


def _serve(requests: BinaryIO, replies: BinaryIO, kind: ProcessKind) -> None:
    while True:
        try:
            call = read_request(requests)
            if call is None:
                _send(replies, "ready", None)
                continue
            limit_call(kind)
            replies.write(_answer(call, lambda share: _send(replies, "progress", float(share))))
            replies.flush()
        except (EOFError, BrokenPipeError):
            return  # the bot has gone


def _answer(request: Request, tell: Callable[[float], None]) -> bytes:
    """Call; failures of media cross to the caller, any other is one of this process."""
    try:
        call, tells = request
        return framed_reply("done", call(on_progress=tell) if tells else call())
    except BrokenPipeError:
        raise
    except MediaFailure as error:
        return framed_error(error)
    except MemoryError:
        return framed_error(MediaWorkerKilled("the media process had no memory left"))
    except Exception:  # noqa: BLE001 - the outermost: whatever a hostile file provokes
        return framed_reply("failed", traceback.format_exc(limit=-3))


def _send(replies: BinaryIO, kind: Kind, value: object) -> None:
    replies.write(framed_reply(kind, value))
    replies.flush()


if __name__ == "__main__":
    main()
