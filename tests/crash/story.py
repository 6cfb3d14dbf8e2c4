"""One story: a person wants a video, the bot dies here and there, and comes back each time."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.crash.books import Findings, books_of, check
from tests.crash.nursery import Nursery
from tests.crash.points import Crash
from tests.crash.world import CrashWorld, crash_world, material, within
from tests.system.world import Person, text_of

REST_SECONDS = 45.0
_VOICE_PATIENCE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class RandomKill:
    """A kill from outside, a moment after so many points were passed.

    Counted in points, so that the moments are spread over the whole way on any machine.
    """

    after_points: int
    and_seconds: float

    def __str__(self) -> str:
        return f"{self.after_points} points and {self.and_seconds * 1000:.0f} ms"


Death = Crash | RandomKill


@dataclass(frozen=True, slots=True)
class Story:
    """What happens in a world: whether its task fails, and where its bots die."""

    deaths: tuple[Death, ...] = ()
    task_fails: bool = False
    both_at_once: bool = False

    def __str__(self) -> str:
        kind = "fails " if self.task_fails else ""
        return kind + (" then ".join(map(str, self.deaths)) or "no death")


@dataclass
class Outcome:
    """How a story ended."""

    story: Story
    killed: int
    findings: Findings
    seconds: float
    runs: list[list[str]] = field(default_factory=list)
    log: str = ""


async def tell(nursery: Nursery, story: Story) -> Outcome:
    """Live through it and look at the books."""
    since = time.monotonic()
    async with crash_world(nursery) as world:
        if story.task_fails:
            world.faults.add("provider", "submit", "task_fails", times=None)
        ada = await world.person()
        asking = asyncio.create_task(_ask(ada, patient=not story.both_at_once))
        try:
            findings = await _live(world, story.deaths)
            sent = await asking
        finally:
            asking.cancel()
        if not findings.violations:
            findings = check(await books_of(world, ada.user_id, sent))
        runs = world.runs()
        killed = sum(run[-1:] == ["killed"] for run in runs)
        log = world.log() if findings.violations else ""
        return Outcome(story, killed, findings, time.monotonic() - since, runs, log)


async def _ask(ada: Person, *, patient: bool) -> int:
    """Photo, then voice as soon as it is asked for (or when nothing comes); how many messages."""
    photo, voice = material()
    await ada.send_file("photo", photo, "photo.jpg")

    async def asked() -> bool:
        return any("Now send me" in text_of(message) for message in await ada.heard())

    if patient:
        await within(_VOICE_PATIENCE_SECONDS, asked)
    await ada.send_file("voice", voice, "voice.ogg", raw=1)
    return 2


async def _live(world: CrashWorld, deaths: Sequence[Death]) -> Findings:
    """Die as often as told, then run to rest."""
    for death in deaths:
        await world.start_mortal(death if isinstance(death, Crash) else None)
        alive = await _rest_or_end(world, death)
        if isinstance(death, RandomKill):
            await world.kill_mortal()
        elif alive:
            return _found(world)
    await world.start_mortal()
    await _rest_or_end(world)
    return _found(world)


async def _rest_or_end(world: CrashWorld, death: Death | None = None) -> bool:
    """Until it is time to kill, nothing is left to do, the bot is dead, or patience ends.

    Whether the bot is alive.
    """

    async def settled() -> bool:
        if isinstance(death, RandomKill) and len(world.runs()[-1]) >= death.after_points:
            await asyncio.sleep(death.and_seconds)
            return True
        return not world.mortal.is_alive or at_rest(world)

    every_seconds = 0.01 if isinstance(death, RandomKill) else 0.05
    await within(REST_SECONDS, settled, every_seconds)
    return world.mortal.is_alive


def _found(world: CrashWorld) -> Findings:
    if not world.mortal.is_alive:
        return Findings(["the bot ended by itself"])
    if not at_rest(world):
        return Findings([f"not at rest after {REST_SECONDS:.0f} s: {_left(world)}"])
    return Findings()


def at_rest(world: CrashWorld) -> bool:
    """Both messages are handled, there is a job, every job has ended and the person knows."""
    try:
        return _left(world) == {"updates": 0, "halves": 0, "jobs": 0, "made": 1}
    except sqlite3.Error:
        return False  # it is only being made


def _left(world: CrashWorld) -> dict[str, int]:
    (row,) = world.rows(
        """
        SELECT 2 - (SELECT COUNT(*) FROM inbox WHERE state <> 'new') AS updates,
            (SELECT COUNT(*) FROM media WHERE state = 'received' OR announced = 0) AS halves,
            (SELECT COUNT(*) FROM jobs WHERE announced = 0 AND state <> 'undeliverable') AS jobs,
            (SELECT COUNT(*) > 0 FROM jobs) AS made
        """
    )
    return row


def random_kills(generator: random.Random, most_points: int) -> tuple[RandomKill, ...]:
    """One kill, or in every third story a second one during the recovery."""
    count = 2 if generator.random() < 1 / 3 else 1
    return tuple(
        RandomKill(generator.randrange(most_points), generator.uniform(0.0, 0.15))
        for _ in range(count)
    )
