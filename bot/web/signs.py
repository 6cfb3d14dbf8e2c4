"""Whether the bot is well: what has to give a sign of life, and what was silent for too long.

A sign is given by what it stands for when that succeeds, and by nothing else. So it does not matter
why one fails to come: a refusal, a lock, a hanging call and a dead thread are silent alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum

from bot.clock import Clock

SILENT_SECONDS = 75.0
"""Nothing may be silent for longer. Telegram holds an empty poll for 30 s, so that a night without
messages gives signs enough, and one connection that was lost in vain ends no patience.
"""


class Sign(StrEnum):
    """What has to be heard of."""

    TELEGRAM = "telegram"
    LOOP = "loop"
    UPDATES = "updates"
    WORKER = "worker"
    DATABASE = "database"
    DISK = "disk"
    ROOM = "room"
    SERVICE = "service"

    @property
    def silence(self) -> str:
        """What its silence means."""
        return _SILENCE[self]


_SILENCE = {
    Sign.TELEGRAM: "nothing is heard from Telegram",
    Sign.LOOP: "the process is stuck",
    Sign.UPDATES: "messages are not looked at",
    Sign.WORKER: "nothing is worked on",
    Sign.DATABASE: "the database cannot be written",
    Sign.DISK: "the disk is full, or does not answer",
    Sign.ROOM: "there is no room for videos",
    Sign.SERVICE: "the video service refuses to work",
}

_AILING = (Sign.ROOM, Sign.SERVICE)
"""Without them people are still answered, and a new start would change nothing."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """How the bot is: what it is `dead` of, what it only lacks, what has yet to be heard of."""

    dead: tuple[Sign, ...] = ()
    lacking: tuple[Sign, ...] = ()
    awaited: tuple[Sign, ...] = ()

    @property
    def status(self) -> str:
        """In a word."""
        if self.dead:
            return "dead"
        return "degraded" if self.lacking else "starting" if self.awaited else "ok"

    @property
    def causes(self) -> dict[str, str]:
        """What is wrong, and what that means."""
        return {sign.value: sign.silence for sign in (*self.dead, *self.lacking)}


def judge(last: Mapping[Sign, float], heard: Set[Sign], now_seconds: float) -> Diagnosis:
    """By when each sign that is expected was given last, or was expected first, and by which were
    given at all.
    """
    ages = {sign: now_seconds - last[sign] for sign in Sign if sign in last}
    silent = [sign for sign, age_seconds in ages.items() if age_seconds > SILENT_SECONDS]
    return Diagnosis(
        dead=tuple(sign for sign in silent if sign not in _AILING),
        lacking=tuple(sign for sign in silent if sign in _AILING),
        awaited=tuple(sign for sign in Sign if sign not in heard),
    )


@dataclass(kw_only=True)
class Health:
    """What was heard of, and the diagnosis of this moment; to be asked from any thread."""

    clock: Clock
    _last: dict[Sign, float] = field(init=False, default_factory=dict)
    _heard: set[Sign] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.expect(Sign.LOOP, Sign.TELEGRAM)

    def expect(self, *signs: Sign) -> None:
        """From now on they have to be given."""
        self._last.update(dict.fromkeys(signs, self.clock.steady_seconds()))

    def heard(self, sign: Sign, at_seconds: float | None = None) -> None:
        """It is well just now; or was at that moment, as far as is known."""
        at_seconds = self.clock.steady_seconds() if at_seconds is None else at_seconds
        self._last[sign] = max(at_seconds, self._last.get(sign, at_seconds))
        self._heard.add(sign)

    @property
    def diagnosis(self) -> Diagnosis:
        """As it is now."""
        return judge(dict(self._last), set(self._heard), self.clock.steady_seconds())
