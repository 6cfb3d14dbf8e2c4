"""The outbox: every Bot API call a bot made and how it was answered."""

from __future__ import annotations

from collections import deque
from typing import Any

from bot.sandbox.telegram.params import Params

Json = dict[str, Any]

POLLING = "getupdates"
_KEPT = 20_000


class Outbox:
    """The newest calls, oldest first; getUpdates is kept apart, it would hide the rest."""

    def __init__(self) -> None:
        self._calls: deque[Json] = deque(maxlen=_KEPT)
        self._polls: deque[Json] = deque(maxlen=_KEPT)
        self._last = 0

    def record(self, at_milliseconds: int, bot_id: int, method: str, params: Params) -> Json:
        """Note a call; its answer is filled in by `answered`."""
        self._last += 1
        call: Json = {
            "n": self._last,
            "at": at_milliseconds,
            "bot_id": bot_id,
            "method": method,
            "params": params.readable(),
            "files": params.file_sizes(),
        }
        kept = self._polls if method.lower() == POLLING else self._calls
        kept.append(call)
        return call

    def answered(self, call: Json, answer: Json) -> None:
        """Note how it was answered."""
        call["ok"] = answer["ok"]
        for name in ("error_code", "description", "result"):
            if name in answer:
                call[name] = answer[name]

    def calls(self, after: int, method: str | None) -> list[Json]:
        """The calls numbered above `after`, of one method if it is named."""
        if method is None:
            return [call for call in self._calls if call["n"] > after]
        wanted = method.lower()
        kept = self._polls if wanted == POLLING else self._calls
        return [c for c in kept if c["n"] > after and c["method"].lower() == wanted]
