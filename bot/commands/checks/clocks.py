"""Whether this machine's clock agrees with those it talks to."""

from __future__ import annotations

from contextlib import suppress

import httpx

from bot.clock import Clock
from bot.commands.checks.finding import Finding, ok, problem
from bot.dashscope.provider_clock import http_date

_TOLERATED_SECONDS = 30.0


async def check_clock(http: httpx.AsyncClient, clock: Clock, *addresses: str) -> list[Finding]:
    """One for each of these servers that answers, by the Date of whatever it answers."""
    findings = []
    for address in addresses:
        with suppress(httpx.HTTPError):
            answer = await http.get(address)
            theirs = http_date(answer.headers.get("date", ""))
            if theirs is not None:
                ahead_seconds = (clock.now_milliseconds() - theirs) / 1_000
                findings.append(_finding(answer.url.netloc.decode(), ahead_seconds))
    return findings


def _finding(host: str, ahead_seconds: float) -> Finding:
    if abs(ahead_seconds) <= _TOLERATED_SECONDS:
        return ok(f"clock: agrees with {host}")
    direction = "ahead of" if ahead_seconds > 0 else "behind"
    return problem(
        f"clock: {abs(ahead_seconds):.0f} seconds {direction} {host}",
        "let the system set its time (NTP)",
    )
