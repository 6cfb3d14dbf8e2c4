"""Every failure on the way to a video, in a sentence with its remedy."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.commands.failure import Failure
from bot.commands.making.paid_task import PaidTask
from bot.dashscope.errors import (
    DashScopeError,
    InputNotFetched,
    InputRefused,
    Moderated,
    ResultGone,
    ServiceStopped,
    StopCause,
    Unanswered,
)
from bot.media.errors import (
    MediaFailure,
    MediaWorkerKilled,
    PictureFault,
    PictureRefused,
    SoundFault,
    SoundRefused,
)
from bot.media.worker.client import MediaWorkerDied, MediaWorkerNotStarted

_FAULTS: dict[PictureFault | SoundFault, str] = {
    PictureFault.EMPTY: "The photo's file is empty: choose another.",
    PictureFault.TOO_BIG: "The photo's file is over 20 MB: choose a smaller one.",
    PictureFault.NOT_A_PICTURE: "The photo's file is no picture that can be read, or part of it is "
    "missing: use a whole JPEG, PNG, WebP or BMP.",
    PictureFault.TOO_SMALL: "The photo is too small: use one of at least 200, better 400 pixels.",
    PictureFault.TOO_NARROW: "The photo is narrower than 1:3: use one of another shape.",
    PictureFault.TOO_MANY_PIXELS: "The photo has too many pixels: scale it down.",
    SoundFault.EMPTY: "The sound's file is empty: choose another.",
    SoundFault.TOO_BIG: "The sound's file is over 20 MB: choose a smaller one.",
    SoundFault.UNREADABLE: "The sound cannot be read: use OGG, MP3, WAV, M4A or FLAC.",
    SoundFault.SILENT: "The sound is silent: record it closer to the microphone.",
    SoundFault.TOO_SHORT: "The sound holds less than half a second of speech: say more.",
    SoundFault.TOO_LONG: "The sound is longer than 19.9 seconds: cut it.",
}
_STOPPED = {
    StopCause.KEY: "DASHSCOPE_API_KEY is refused: copy it again, and check that it belongs to the "
    "region of DASHSCOPE_BASE_URL.",
    StopCause.UNPAID: "The service's account owes money: settle it in the console.",
    StopCause.NOT_ENABLED: "The service or the model is not enabled for this key: enable it in the "
    "console.",
    StopCause.MODEL_RETIRED: "The service no longer has this model: choose another ENGINE.",
    StopCause.ADDRESS: "There is no such service at DASHSCOPE_BASE_URL: check the address and its "
    "region.",
    StopCause.THROTTLED: "The service has had too many requests: try again later.",
    StopCause.STYLE: "The service does not take STYLE: change it, or remove it.",
    StopCause.QUOTA: "The service's quota is used up: raise it in the console.",
}
_OTHERS: tuple[tuple[type[Exception], str], ...] = (
    (Unanswered, "The service does not answer as it should: try again later."),
    (Moderated, "The service refuses this content: use another photo or sound."),
    (InputNotFetched, "The service could not read the uploaded files: try again."),
    (ResultGone, "The video is gone from the service (it is kept for 24 hours): make a new one."),
    (MediaWorkerDied, "The photo or the sound cannot be read: use other files."),
    (
        MediaWorkerKilled,
        "This machine has too little memory: `talking-photo doctor` says how much is needed.",
    ),
    (MediaWorkerNotStarted, "The media libraries do not start: run `talking-photo doctor`."),
)


_NOTHING = " No video was ordered."


@contextmanager
def said(note: PaidTask) -> Iterator[None]:
    """Turn each known failure inside into a Failure, which names the task that is paid for.

    An interruption is one of them, and a Failure too is told what became of the task.
    """
    try:
        yield
    except Failure as failure:
        raise Failure(f"{failure.message}{note.how_to_go_on()}") from None
    except asyncio.CancelledError:
        raise Failure(f"Interrupted.{note.how_to_go_on() or _NOTHING}") from None
    except (DashScopeError, MediaFailure, OSError) as error:
        raise Failure(f"{sentence(error)}{note.how_to_go_on()}") from None


def sentence(error: Exception) -> str:
    """What happened and what to do."""
    match error:
        case PictureRefused() | SoundRefused():
            return _FAULTS[error.fault]
        case ServiceStopped():
            return _STOPPED[error.cause]
        case InputRefused():
            return f"The service refuses the photo or the sound: {error.message or error.code}"
        case OSError():
            where = f": {error.filename}" if error.filename else ""
            return f"{error.strerror or error}{where}: choose another place or name."
    return next((words for kind, words in _OTHERS if isinstance(error, kind)), f"{error}.")
