"""Whether this machine's clock agrees with those it talks to."""

from __future__ import annotations

import httpx

from bot.clock import Clock
from bot.commands.checks.finding import Finding, ok, problem
from bot.dashscope.provider_clock import http_date

_TOLERATED_SECONDS = 30.0


class ClockCheck:
    """Compares the Date of each answer with the clock; hand `look` to an HTTP client."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead_seconds: dict[str, float] = {}

    async def look(self, response: httpx.Response) -> None:
        """Note how far this machine is ahead of the server that answered."""
        theirs = http_date(response.headers.get("date", ""))
        if theirs is not None:
            ahead = self._clock.now_milliseconds() - theirs
            self._ahead_seconds[response.url.netloc.decode()] = ahead / 1_000

    def findings(self) -> list[Finding]:
        """One for each server that was asked."""
        return [_finding(host, ahead) for host, ahead in sorted(self._ahead_seconds.items())]


def _finding(host: str, ahead_seconds: float) -> Finding:
    if abs(ahead_seconds) <= _TOLERATED_SECONDS:
        return ok(f"clock: agrees with {host}")
    direction = "ahead of" if ahead_seconds > 0 else "behind"
    return problem(
        f"clock: {abs(ahead_seconds):.0f} seconds {direction} {host}",
        "let the system set its time (NTP)",
    )
