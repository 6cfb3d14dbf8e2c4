"""Errors of the log, to a Sentry server: without secrets and without what variables held."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.types import Event, Hint

from bot import __version__
from bot.logs import about


def send_errors(dsn: str, redact: Callable[[str], str]) -> None:
    """From now on; what is logged before an error goes with it."""

    def cleaned(event: Event, hint: Hint) -> Event:
        record = hint.get("log_record")
        tags = about(record) if isinstance(record, logging.LogRecord) else {}
        return cast(Event, _redacted({**event, "tags": tags}, redact))

    sentry_sdk.init(
        dsn=dsn,
        release=f"talking-photo@{__version__}",
        server_name="",
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            LoggingIntegration(level=logging.INFO, event_level=logging.ERROR),
            AtexitIntegration(callback=lambda _pending, _timeout: None),
        ],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=cleaned,
    )


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    """The same with every text in it redacted."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {name: _redacted(each, redact) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(each, redact) for each in value]
    return value
