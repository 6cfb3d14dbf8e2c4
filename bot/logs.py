"""Logging: plain lines on stderr, with the job they are about and without any secret."""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
_QUIET = ("httpx", "httpcore", "telegram.Bot", "aiosqlite", "PIL", "asyncio")
_LINE = "%(asctime)s %(levelname)-7s %(name)s%(context)s: %(message)s"

_context: ContextVar[str] = ContextVar("log_context", default="")


@contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Name what every line logged inside is about: `log_context(job=17)` puts ` job=17` into it."""
    words = "".join(f" {name}={value}" for name, value in fields.items())
    token = _context.set(_context.get() + words)
    try:
        yield
    finally:
        _context.reset(token)


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
        """One record as text: one line, and its traceback if it has one."""
        record.context = _context.get()
        return self._redact(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        """The line itself; a foreign line break in it must not look like another record."""
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)


def set_up_logging(level: str = "INFO", secrets: Iterable[SecretStr] = ()) -> None:
    """Log to stderr from `level` up, redacted; uncaught exceptions go the same way."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(Redactor(secrets)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


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
