"""An answer of the service: status, JSON if any, and the exception that an error stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.dashscope import fields
from bot.dashscope.errors import DashScopeError, Throttled, TryAgain
from bot.dashscope.moments import http_date
from bot.dashscope.rules import raising_for

LONGEST_WAIT_SECONDS = 3600.0
"""A longer wait that an answer asks for is absurd, and is ignored."""
EXCERPT_CHARACTERS = 300
"""How much of a foreign body an exception may quote."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read whole.

    `call` names what was asked, for exceptions and logs. `received_at_milliseconds` is by the
    provider's clock, as far as that is known. `secret` is cut out of every quotation: a
    proxy's error page may echo the request.
    """

    call: str
    status: int
    body: bytes
    received_at_milliseconds: int
    retry_after: str | None = None
    secret: str = field(default="", repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @cached_property
    def json(self) -> Mapping[str, object] | None:
        """The JSON object; None when the body is anything else."""
        return fields.parse_object(self.body)

    @property
    def output(self) -> Mapping[str, object]:
        """The object at `output`, empty when there is none."""
        return fields.mapping(self.json or fields.EMPTY, "output")

    @property
    def request_id(self) -> str | None:
        """The provider's name for the call."""
        return self._text("request_id")

    @property
    def code(self) -> str | None:
        """The error code."""
        return self._text("code")

    @property
    def message(self) -> str | None:
        """What the provider says about the error."""
        return self._text("message")

    def error(self) -> DashScopeError:
        """The exception that this answer, which is not `ok`, stands for."""
        code, message = self.code, self.message
        error = raising_for(self.status, code, message)(
            f"{self.call}: {self.status} {self.excerpt}",
            code=code,
            message=message,
            request_id=self.request_id,
        )
        if isinstance(error, Throttled):
            error.retry_after_seconds = self.retry_after_seconds
        return error

    def garbage(self) -> TryAgain:
        """The exception for an answer that does not have the shape it should have."""
        text = f"{self.call}: {self.status} with an answer of unexpected shape: {self.excerpt}"
        return TryAgain(text, request_id=self.request_id)

    @property
    def excerpt(self) -> str:
        """The beginning of the body on one line, without the key."""
        words = " ".join(self._without_secret(self.body.decode("utf-8", "replace")).split())
        return words[:EXCERPT_CHARACTERS] or "(empty)"

    @property
    def retry_after_seconds(self) -> float | None:
        """The Retry-After header (RFC 9110: seconds, or a date), neither negative nor absurd."""
        asked = self._asked_seconds()
        return asked if asked is not None and asked <= LONGEST_WAIT_SECONDS else None

    def _asked_seconds(self) -> float | None:
        written = (self.retry_after or "").strip()
        if written.isascii() and written.isdigit():
            return float(written)
        moment = http_date(written)
        if moment is None:
            return None
        return max(0.0, (moment - self.received_at_milliseconds) / 1000)

    def _text(self, key: str) -> str | None:
        found = fields.text(self.json or fields.EMPTY, key)
        return None if found is None else self._without_secret(found)[:EXCERPT_CHARACTERS]

    def _without_secret(self, words: str) -> str:
        return words.replace(self.secret, "***") if self.secret else words
