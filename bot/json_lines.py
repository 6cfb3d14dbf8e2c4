"""The log as JSON: an object a line, whose fields are the same whoever logs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

_About = Callable[[logging.LogRecord], Mapping[str, str | int]]


class JsonLines(JsonFormatter):
    """`time` (UTC), `level`, `logger`, `message`; what it is about, as far as that is known; where
    there is one, `error` with a traceback. All that is no ASCII is escaped.
    """

    is_for_programs = True

    def __init__(self, redact: Callable[[str], str], about: _About) -> None:
        super().__init__(json_ensure_ascii=True)
        self._redact = redact
        self._about = about

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """These fields alone, whatever else a library puts into a record."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        errors = (message_dict.get(name) for name in ("exc_info", "stack_info"))
        error = "\n".join(str(one) for one in errors if one)
        log_data |= {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._about(record),
            **({"error": error} if error else {}),
        }

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Without secrets."""
        return {
            name: self._redact(value) if isinstance(value, str) else value
            for name, value in log_data.items()
        }

    def serialize_log_record(self, log_data: dict[str, Any]) -> str:
        """The line; the one control character that JSON lets through is escaped as the others."""
        return super().serialize_log_record(log_data).replace("\x7f", "\\u007f")
