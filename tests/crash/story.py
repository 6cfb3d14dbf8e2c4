"""One story: a person wants a video, the bot dies here and there, and comes back each time."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path

from tests.crash.cancels import Cancel
from tests.crash.points import Crash
from tests.crash.witnesses import check
from tests.support.chats import Json
from tests.support.deadlines import eventually
from tests.support.invariants import LEFT, Findings
from tests.support.person import Person, both, long_recording
from tests.support.world import HELD_SECONDS, QUICK_SECONDS, World, quick_world


@dataclass(frozen=True, slots=True)
class RandomKill:
    """A kill from outside, a moment after so many points were passed.

    Counted in points, so that the moments are spread over the whole way on any machine.
    """

    after_points: int
    and_seconds: float

    def __str__(self) -> str:
        return f"{self.after_points} points and {self.and_seconds * 1000:.0f} ms"


_WORLDS_AT_ONCE = 4

Death = Crash | RandomKill


@dataclass(frozen=True, slots=True)
class Story:
    """What happens in a world: whether its task fails or is cancelled, where its bots die.

    With `looks_back`, a command, they ask for earlier videos then. A `long_voice` is made in three
    tasks; of them, the second fails. Of `first_fails`, the first task fails with this code, for a
    passing reason. Who `loses_status` deletes the job's message before they cancel it.
    """

    deaths: tuple[Death, ...] = ()
    task_fails: bool = False
    first_fails: str = ""
    long_voice: bool = False
    loses_status: bool = False
    both_at_once: bool = False
    looks_back: str = ""
    cancel: Cancel | None = None

    @property
    def is_long(self) -> bool:
        """Whether its voice is made in several tasks."""
        return self.long_voice or (self.cancel is not None and self.cancel.where == "between tasks")

    @property
    def updates(self) -> int:
        """How many the person causes."""
        return 2 + self.is_long + bool(self.looks_back) + (self.cancel is not None)

    def __str__(self) -> str:
        said = {each.name: getattr(self, each.name) for each in fields(self)[1:]}
        kind = ", ".join(f"{name}: {value}" for name, value in said.items() if value)
        return f"{kind}; {' then '.join(map(str, self.deaths)) or 'no death'}"


@dataclass
class Outcome:
    """How a story ended."""

    story: Story
    killed: int
    findings: Findings
    runs: list[list[str]] = field(default_factory=list)
    log: str = ""

    @property
    def passed(self) -> set[str]:
        """The names of the points that its bots passed."""
        return {line.partition(":")[0] for run in self.runs for line in run}


@asynccontextmanager
async def crash_world() -> AsyncIterator[World]:
    """Quick servers without a bot; whatever bot is left at the end is killed."""
    with tempfile.TemporaryDirectory(prefix="crash-", ignore_cleanup_errors=True) as folder:
        async with quick_world(Path(folder)) as made:
            yield made


async def tell(story: Story) -> Outcome:
    """Live through it and look at the books."""
    async with crash_world() as world:
        if story.is_long and story.task_fails:
            await world.tell_provider(render_seconds=HELD_SECONDS)
        elif story.task_fails:
            world.faults.add("provider", "submit", "task_fails", times=None)
        foreign = await story.cancel.arrange(world) if story.cancel else frozenset()
        if story.first_fails:
            failure = {"code": story.first_fails, "after_seconds": 0}
            world.faults.add("provider", "submit", "task_fails", params=failure)
        ada = await world.person()
        acting = asyncio.create_task(_act(world, ada, story))
        try:
            findings = await _live(world, story)
            aside = await acting
        finally:
            acting.cancel()
        if not findings.violations:
            findings = await check(
                *(world, ada.user_id, story.updates),
                aside=aside,
                foreign=foreign,
                looks_back=story.looks_back,
            )
        runs = world.runs()
        killed = sum(run[-1:] == ["killed"] for run in runs)
        log = world.log() if findings.violations else ""
        return Outcome(story, killed, findings, runs, log)


async def tell_all(stories: Iterable[Story]) -> list[Outcome]:
    """Every story, several worlds side by side."""
    room = asyncio.Semaphore(_WORLDS_AT_ONCE)

    async def one(story: Story) -> Outcome:
        async with room:
            return await tell(story)

    return await asyncio.gather(*map(one, stories))


def broken(outcomes: Iterable[Outcome]) -> dict[str, list[str]]:
    """The stories that broke an invariant: what is wrong, and how the bot's log ended."""
    return {
        str(outcome.story): [*outcome.findings.violations, *outcome.log.splitlines()[-25:]]
        for outcome in outcomes
        if outcome.findings.violations
    }


async def _act(world: World, ada: Person, story: Story) -> int | None:
    """Ask for a video and change one's mind, if that is the story; the command's message."""
    await ada.sends_photo(both()[0])
    if not story.both_at_once:
        await ada.sees_key("photo-ready")
    await ada.says_that(long_recording() if story.is_long else both()[1])
    if story.is_long:
        await ada.presses_blindly("parts:")
    if story.loses_status:
        await ada.deletes((await _job_with(world, "status_message_id"))["status_message_id"])
    if story.is_long and story.task_fails:
        await _job_with(world, "task_id")
        world.faults.add("provider", "submit", "task_fails", times=None)
        await world.tell_provider(render_seconds=QUICK_SECONDS)
    if story.looks_back:
        await ada.sees_video()
        return await ada.commands(story.looks_back)
    if story.cancel is None:
        return None
    aside = await story.cancel.wish(world, ada)
    await story.cancel.let_go(world, story.updates)
    return aside


async def _job_with(world: World, column: str) -> Json:
    """The first job that ever had one."""
    return await eventually(
        lambda: next((row for row in world.jobs() if row[column]), None), f"a job with {column}"
    )


async def _live(world: World, story: Story) -> Findings:
    """Die as often as told, then run to rest."""
    for death in story.deaths:
        await world.start_bot(death if isinstance(death, Crash) else None)
        alive = await _rest_or_end(world, story.updates, death)
        if isinstance(death, RandomKill):
            await world.kill_bot()
        elif alive:
            return _found(world, story.updates)
    await world.start_bot()
    await _rest_or_end(world, story.updates)
    return _found(world, story.updates)


async def _rest_or_end(world: World, updates: int, death: Death | None = None) -> bool:
    """Until it is time to kill, nothing is left to do, the bot is dead, or patience ends.

    Whether the bot is alive.
    """

    async def settled() -> bool:
        if isinstance(death, RandomKill) and len(world.runs()[-1]) >= death.after_points:
            await asyncio.sleep(death.and_seconds)
            return True
        return not world.bot_is_running or at_rest(world, updates)

    with suppress(AssertionError):
        await eventually(settled)
    return world.bot_is_running


def _found(world: World, updates: int) -> Findings:
    if not world.bot_is_running:
        return Findings(["the bot ended by itself"])
    return Findings([] if at_rest(world, updates) else [f"not at rest: {world.rows(LEFT)}"])


def at_rest(world: World, updates: int) -> bool:
    """All that was sent is handled, there is a job, all have ended, and the person knows."""
    stored = "SELECT COUNT(*) FROM inbox UNION ALL SELECT COUNT(*) > 0 FROM jobs"
    counts = [next(iter(row.values())) for row in world.rows(stored)]
    return counts == [updates, 1] and not world.rows(LEFT)


def random_kills(generator: random.Random, most_points: int) -> tuple[RandomKill, ...]:
    """One kill, or in every third story a second one during the recovery."""
    count = 2 if generator.random() < 1 / 3 else 1
    return tuple(
        RandomKill(generator.randrange(most_points), generator.uniform(0.0, 0.15))
        for _ in range(count)
    )
