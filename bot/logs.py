"""Logging: lines on stderr, with the job they are about and without any secret."""

from __future__ import annotations

import logging
import math
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from contextvars import ContextVar
from types import TracebackType

from pydantic import SecretStr

HIDDEN = "[hidden]"

_COLON = r"(?::|%(?:25)*3[aA])"
# Shapes that are secret whoever they belong to: a bot token, a key, a header, a presigned address.
_SHAPES = (
    rf"(?<!\d)\d{{3,20}}{_COLON}[A-Za-z0-9_-]{{30,}}",
    r"\bsk-[A-Za-z0-9_-]{8,}",
    r"(?i:(?<=bearer )[^\s'\",)]{6,})",
    r"(?i:(?<=signature=)[^&\s'\"]+)",
)
_UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]")
"""What ends or turns a line, or steers a terminal."""
_QUIET = ("httpx", "httpcore", "telegram.Bot", "aiosqlite", "PIL", "asyncio")
_SILENT_SECONDS = 60.0
_FORGOTTEN_SECONDS = 3600.0
_NUMBERED = re.compile(r"[\w-]*\d[\w-]*")
_LINE = "%(asctime)s %(levelname)-7s %(name)s%(context)s: %(message)s"

Fields = dict[str, str | int]
"""What a line is about, by name."""

CONTEXT = ("update", "media", "job", "task", "outbox")
"""All the names there are. `update` is the one that it all began with: what comes of a voice
message has its number, as far as the message with the video.
"""

_context: ContextVar[Fields] = ContextVar("log_context", default={})  # noqa: B039 (never changed)

_ABOUT = "log_context"
"""The attribute of an exception that keeps it."""

Watching = Callable[[Fields], AbstractContextManager[object]]
"""Is told of each piece of work: what it is about, when it begins and when it ends."""
_watching: list[Watching] = []


@contextmanager
def log_context(**fields: str | int | None) -> Iterator[None]:
    """Name what every line logged inside is about: `log_context(job=17)`; names of `CONTEXT`."""
    new = {name: value for name, value in fields.items() if value is not None}
    token = _context.set({**_context.get(), **new})
    try:
        with ExitStack() as watched:
            for watching in _watching:
                watched.enter_context(watching(_context.get()))
            yield
    except Exception as error:
        # Whoever logs it further up does not know what it is about.
        vars(error).setdefault(_ABOUT, _context.get())
        raise
    finally:
        _context.reset(token)


def watch_work(watching: Watching) -> None:
    """Have it told of all the work that begins from now on."""
    _watching.append(watching)


SELDOM = {"seldom": True}
"""The `extra` of a line about what goes on until somebody acts, or what others can cause as often
as they like.
"""


class Seldom(logging.Filter):
    """Lets a cause be told at once, then once a minute at most, and how often it was, whatever it
    stops: the lines marked `SELDOM`. The cause is the failure that a line names, else the line.
    """

    def __init__(self, steady_seconds: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._steady_seconds = steady_seconds
        self._told: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is told."""
        if not hasattr(record, "seldom"):
            return True
        now_seconds, cause = self._steady_seconds(), _cause(record)
        told_at, left_out = self._told.get(cause, (-math.inf, 0))
        if now_seconds - told_at < _SILENT_SECONDS:
            self._told[cause] = (told_at, left_out + 1)
            return False
        since = now_seconds - _FORGOTTEN_SECONDS
        self._told = {each: told for each, told in self._told.items() if told[0] > since}
        self._told[cause] = (now_seconds, 0)
        if left_out:
            record.msg = f"{record.msg} ({left_out + 1} times since this was said)"
        return True


def _cause(record: logging.LogRecord) -> str:
    """Without numbers and numbered names: a pause, or a request's id, is another one each time."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    named = [*arguments, record.exc_info[1] if record.exc_info else None]
    failure = next((one for one in named if isinstance(one, BaseException)), None)
    if failure is None:
        return record.getMessage()
    return _NUMBERED.sub("", str(failure) or type(failure).__name__)


class Redactor:
    """Takes secrets out of a text: those it was told, in every spelling, and all that look it."""

    def __init__(self, secrets: Iterable[SecretStr] = ()) -> None:
        known = {spelling for secret in secrets for spelling in _spellings(secret)}
        longest_first = sorted(known, key=len, reverse=True)
        self._pattern = re.compile("|".join([*longest_first, *_SHAPES]))

    def __call__(self, text: str) -> str:
        """The text with each secret replaced by `HIDDEN`."""
        return self._pattern.sub(HIDDEN, text)


class RedactingFormatter(logging.Formatter):
    """Redacts the finished text, so that arguments, exceptions and tracebacks are covered alike."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__(_LINE)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """One record as text: one line, and its traceback, set back, if it has one."""
        record.context = "".join(f" {name}={value}" for name, value in about(record).items())
        line, *traceback = super().format(record).split("\n")
        return self._redact("\n".join([line, *(f"  {_escaped(each)}" for each in traceback)]))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        """The line itself; a foreign line break in it must not look like another record."""
        record.message = _escaped(record.message)
        return super().formatMessage(record)


def about(record: logging.LogRecord) -> Fields:
    """What is being worked on just now, and what the error that is logged was about."""
    error = record.exc_info[1] if record.exc_info else None
    return {**getattr(error, _ABOUT, {}), **_context.get()}


def set_up_logging(
    level: str = "INFO", secrets: Iterable[SecretStr] = (), form: str = "text"
) -> None:
    """Log to stderr from `level` up, redacted, as `text` or `json`; so are uncaught exceptions and
    warnings.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(form, Redactor(secrets)))
    handler.addFilter(Seldom())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread
    sys.unraisablehook = _log_unraisable


def is_for_people() -> bool:
    """Whether what is written to stderr is read as text."""
    formatters = [one.formatter for one in logging.getLogger().handlers]
    return not any(getattr(one, "is_for_programs", False) for one in formatters)


def _formatter(form: str, redact: Redactor) -> logging.Formatter:
    if form == "text":
        return RedactingFormatter(redact)
    from bot.json_lines import JsonLines  # its library is loaded where it is wanted

    return JsonLines(redact, about)


def _escaped(text: str) -> str:
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _spellings(secret: SecretStr) -> Iterator[str]:
    """Patterns for a secret whole, and for what is secret in a token alone."""
    text = secret.get_secret_value()
    if text:
        yield _COLON.join(re.escape(part) for part in text.split(":"))
    owner, _, key = text.partition(":")
    if owner and key:
        yield re.escape(key)


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("Stopped by an error", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None:
        _log_uncaught(caught.exc_type, caught.exc_value, caught.exc_traceback)


def _log_unraisable(caught: sys.UnraisableHookArgs) -> None:
    """Of a destructor, say: Python itself would print it as it is."""
    if caught.exc_value is not None:
        about_it = (caught.exc_type, caught.exc_value, caught.exc_traceback)
        logging.getLogger("bot").error("An error that ends nothing", exc_info=about_it)
