"""How long each kind of call may take."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx


@dataclass(frozen=True, slots=True)
class Timeout:
    """How long to wait for a connection, for the next bytes, and for the whole call."""

    connect_seconds: float
    silence_seconds: float
    total_seconds: float

    def as_httpx(self) -> httpx.Timeout:
        """The part of it that httpx knows; the total is kept by our own caller."""
        return httpx.Timeout(self.silence_seconds, connect=self.connect_seconds)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """One `Timeout` for each kind of call.

    Submitting waits long for its answer: giving up early there means having to look for the task.
    """

    policy: Timeout = field(default_factory=lambda: Timeout(10, 15, 30))
    upload: Timeout = field(default_factory=lambda: Timeout(10, 60, 180))
    detect: Timeout = field(default_factory=lambda: Timeout(10, 30, 45))
    submit: Timeout = field(default_factory=lambda: Timeout(10, 60, 90))
    query: Timeout = field(default_factory=lambda: Timeout(10, 15, 30))
    page: Timeout = field(default_factory=lambda: Timeout(10, 20, 40))
    cancel: Timeout = field(default_factory=lambda: Timeout(10, 15, 30))
    download: Timeout = field(default_factory=lambda: Timeout(10, 30, 600))
