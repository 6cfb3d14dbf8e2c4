"""Trouble that only the operator can mend: told once in the operator's chats, or as an alarm.

It is put into the outbox with what caused it: a crash or a chat that cannot be reached does not
lose it. Where a crash comes between the sending and the note of it, it is told twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from telegram import Bot
from telegram.error import TelegramError

from bot.config.settings import Settings
from bot.dashscope.errors import DashScopeError, ServiceStopped, StopCause
from bot.logs import SELDOM
from bot.media.errors import MediaNotNow, MediaWorkerKilled
from bot.outbox import Attempt, Kind, NotNow, Pointless
from bot.retry import ALERT
from bot.telegram import account
from bot.telegram.destination import Destination
from bot.telegram.error_mapping import describe
from bot.telegram.errors import ChatDead, Refused
from bot.telegram.sender import Sender
from bot.texts import Texts
from bot.texts.catalogue import Catalogue, TextMissing
from storage import alerts
from storage.alerts import Value
from storage.db.database import Database, Transaction
from storage.people import people
from storage.verdicts import NoVerdict

logger = logging.getLogger(__name__)

Noting = Callable[[Transaction], Awaitable[None]]
"""Writes something down in the transaction of what caused it."""

_LONGEST_VALUE = 1_000

CAUSE_TEXTS = {
    StopCause.KEY.value: "cause-key",
    StopCause.UNPAID.value: "cause-unpaid",
    StopCause.NOT_ENABLED.value: "cause-not-enabled",
    StopCause.MODEL_RETIRED.value: "cause-model-retired",
    StopCause.ADDRESS.value: "cause-address",
    StopCause.QUOTA.value: "cause-quota",
    StopCause.STYLE.value: "cause-style",
    StopCause.THROTTLED.value: "cause-throttled",
}
"""Why the provider refuses to work, in each administrator's language."""


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Tells the people of ADMIN_IDS."""

    database: Database
    sender: Sender
    texts: Texts
    admin_ids: frozenset[int]

    async def tell(self, subject: str, key: str, **values: Value) -> None:
        """Have it told, unless the same subject was within the hour."""
        await self.database.do(self.noting(subject, key, **values))

    async def note(self, tx: Transaction, subject: str, key: str, **values: Value) -> None:
        """The same, in the transaction of what caused it."""
        logger.error("%s %s", key, values, extra=SELDOM)
        shown = {name: _shortened(value) for name, value in values.items()}
        await alerts.write(tx, subject, key, shown, sorted(self.admin_ids))

    def noting(self, subject: str, key: str, **values: Value) -> Noting:
        """The same, for whoever has the transaction."""
        return lambda tx: self.note(tx, subject, key, **values)

    async def tell_of(self, failure: DashScopeError, job_id: int | None = None) -> None:
        """Have told that the provider refuses to work for us, or calls a request wrong."""
        await self.database.do(self.noting_of(failure, job_id))

    def noting_of(self, failure: DashScopeError, job_id: int | None = None) -> Noting:
        """The same, for whoever has the transaction."""
        if isinstance(failure, ServiceStopped):
            cause = failure.cause.value
            said: dict[str, Value] = {"cause": [CAUSE_TEXTS[cause]], "detail": str(failure)}
            return self.noting(f"stopped:{cause}", "operator-service-stopped", **said)
        job = str(job_id or "–")
        return self.noting("invalid", "operator-request-invalid", detail=str(failure), job=job)

    async def tell_of_no_verdict(self, failure: NoVerdict) -> None:
        """Have told that paid checks of one photo bring no verdict."""
        await self.tell(f"no-verdict:{failure.model}", "operator-no-verdict", detail=str(failure))

    async def tell_of_machine(self, failure: MediaNotNow | OSError) -> None:
        """Have told that this machine could not work on a file; it is tried again."""
        key = "operator-disk" if isinstance(failure, OSError) else "operator-media"
        if isinstance(failure, MediaWorkerKilled):
            key = "operator-killed"
        await self.tell(key, key, detail=str(failure))

    @property
    def kind(self) -> Kind:
        """See `Kind`: told twice does less harm than not at all; no refusal is the last word."""
        return Kind(name=alerts.ALERT, run=self._send, repeatable=True, retry=ALERT)

    async def _send(self, attempt: Attempt) -> None:
        admin_id, told = attempt.entry.chat_id, attempt.entry.values
        if admin_id not in self.admin_ids:
            raise Pointless(f"{admin_id} is not an administrator any more")
        texts = self.texts.of(await people.language_code(self.database, admin_id))
        try:
            values = {name: _words(value, texts) for name, value in told["values"].items()}
            text = texts.html(told["text_key"], **values)
        except TextMissing as missing:
            raise Pointless(repr(missing)) from missing
        try:
            await self.sender.send_text(Destination(admin_id), text)
        except ChatDead:
            raise
        except Refused as refusal:
            raise NotNow(str(refusal)) from refusal


def _words(value: Value, texts: Catalogue) -> str | int:
    return ", ".join(map(texts.plain, value)) if isinstance(value, list) else value


def _shortened(value: Value) -> Value:
    """A text of Telegram's has 4,096 characters; what is too long would never be told."""
    if isinstance(value, str) and len(value) > _LONGEST_VALUE:
        return value[: _LONGEST_VALUE - 1] + "…"
    return value


_EVERY_SECONDS = 3600.0
_ALARM_SECONDS = 10.0
_NO_LANGUAGE = None


async def raise_alarm(settings: Settings, key: str, detail: str) -> None:
    """Say the text `key` to everyone in ADMIN_IDS, once an hour however often the bot restarts.

    It needs nothing that may be broken: no database, no connection of the running bot.
    """
    logger.error("%s: %s", key, detail, extra=SELDOM)
    if not settings.admin_ids or not _is_due(settings, key):
        return
    text = Texts().of(_NO_LANGUAGE).html(key, detail=detail)
    async with account.lone_bot(settings.telegram_bot_token, settings.telegram_base_url) as bot:
        told = [await _say(bot, admin_id, text) for admin_id in sorted(settings.admin_ids)]
    if any(told):
        _remember(settings, key)


async def _say(bot: Bot, admin_id: int, text: str) -> bool:
    try:
        async with asyncio.timeout(_ALARM_SECONDS):
            await account.say(bot, admin_id, text)
    except (TelegramError, TimeoutError) as failure:
        reason = describe(failure) if isinstance(failure, TelegramError) else "no answer in time"
        logger.warning("operator %s could not be told: %s", admin_id, reason, extra=SELDOM)
        return False
    return True


def _mark(settings: Settings, key: str) -> Path:
    """A file that remembers when this was said; not on the disk of the database.

    Raises OSError where there is no folder for temporary files.
    """
    name = hashlib.sha256(f"{settings.database_path.absolute()} {key}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"talking-photo-alarm-{name}"


def _is_due(settings: Settings, key: str) -> bool:
    try:
        age_seconds = time.time() - _mark(settings, key).stat().st_mtime
    except OSError:
        return True
    return not 0 <= age_seconds < _EVERY_SECONDS


def _remember(settings: Settings, key: str) -> None:
    """Where that cannot be it is said each time: too often is better than never."""
    try:
        _mark(settings, key).touch()
    except OSError:
        logger.info("it cannot be remembered that the operator was told")
