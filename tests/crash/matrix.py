"""The crash matrix: `python -m tests.crash [--random N] [--seed S]`, or `-m tests.crash.matrix`.

Every point that a bot passes on the way to a video, and to a failure, kills it once before and
once after; then once more with a second death during the recovery; so does every point of a
cancellation, wherever the job is by then, and every point of a long voice that is made in three
tasks; then it is killed at random moments.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import click

from tests.crash.cancels import ALL, POINTS, Cancel
from tests.crash.points import ANY, COMMIT, Crash, Side, crash_of, never_passed
from tests.crash.story import Outcome, Story, random_kills, tell

_WORLDS_AT_ONCE = 4
_MOST_PASSINGS = 8
_MOST_OF_A_LONG_VOICE = 3
_NEXT_POINTS = 5
_POINTS_OF_A_STORY = 170
_LAST_LINES = 25


@dataclass
class Row:
    """One line of the table: all stories of one point and side."""

    killed: int = 0
    missed: int = 0
    clean: int = 0
    repeats: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a story's outcome."""
        self.killed += outcome.killed
        self.missed += outcome.killed == 0
        self.clean += not outcome.findings.violations and not outcome.findings.repeats
        self.repeats += outcome.findings.repeats
        self.violations += outcome.findings.violations


async def tell_all(stories: Sequence[Story], outcomes: list[Outcome], *, at_once: int) -> None:
    """Every story, several worlds side by side; each outcome as soon as it is known."""
    room = asyncio.Semaphore(at_once)

    async def one(story: Story) -> None:
        async with room:
            outcome = await tell(story)
        outcomes.append(outcome)
        if outcome.findings.violations:
            _say(f"\n{story}: {outcome.findings.violations}")
            _say("\n".join(outcome.log.splitlines()[-_LAST_LINES:]))
        if sys.stderr.isatty() or len(outcomes) % 25 == 0:
            click.echo(f"\rstories: {len(outcomes)}/{len(stories)}", err=True)

    await asyncio.gather(*map(one, stories))


async def passings(story: Story, most: int = _MOST_PASSINGS) -> list[Crash]:
    """Every point an undisturbed bot passes, with both sides and its first passings."""
    outcome = await tell(story)
    assert not outcome.findings.violations, (story, outcome.findings, outcome.log)
    crashes = dict.fromkeys(crash_of(line) for line in outcome.runs[0])
    return [crash for crash in crashes if crash.passing <= _most(crash, most)]


async def cancellations() -> list[tuple[Story, list[Crash]]]:
    """Each way to cancel, with the points that the wish makes a bot pass."""
    found = []
    lost = Story(cancel=Cancel("waiting", "command"), loses_status=True)
    for story in [*(Story(cancel=cancel) for cancel in ALL), lost]:
        passed = await passings(story)
        found.append((story, [c for c in passed if c.point.removesuffix(f"-{COMMIT}") in POINTS]))
    return found


def _most(crash: Crash, most: int) -> int:
    return 100 if crash.point == COMMIT and most == _MOST_PASSINGS else most


async def ways_of(*stories: Story, most: int) -> list[tuple[Story, list[Crash]]]:
    """The stories, each with the points that are on none of the ways before it."""
    ways: list[tuple[Story, list[Crash]]] = []
    known: set[Crash] = set()
    for story in stories:
        passed = await passings(story, most)
        ways.append((story, [crash for crash in passed if crash not in known]))
        known.update(passed)
    return ways


def once(story: Story, crashes: Iterable[Crash]) -> list[Story]:
    """One death each."""
    return [replace(story, deaths=(crash,)) for crash in crashes]


def twice(story: Story, crashes: Iterable[Crash]) -> list[Story]:
    """A second death at one of the next points that the recovery passes."""
    sides: tuple[Side, Side] = ("before", "after")
    return [
        replace(story, deaths=(crash, Crash(ANY, sides[i % 2], 1 + i // 2 % _NEXT_POINTS)))
        for i, crash in enumerate(crashes)
    ]


def at_random(count: int, seed: int, most_points: int) -> list[Story]:
    """Deaths from outside, at any moment of a story of so many points."""
    generator = random.Random(seed)
    return [
        Story(
            random_kills(generator, most_points),
            task_fails=generator.random() < 0.15,
            long_voice=generator.random() < 0.15,
            both_at_once=generator.random() < 0.5,
            cancel=_perhaps(generator),
        )
        for _ in range(count)
    ]


def _perhaps(generator: random.Random) -> Cancel | None:
    """Not `queued`: it takes a task of another client, which a bot that dies before its own call
    takes for its own until it sees the bill; see the tests of ambiguous submissions.
    """
    alone = [cancel for cancel in ALL if cancel.where != "queued"]
    return generator.choice(alone) if generator.random() < 1 / 3 else None


def table(outcomes: Iterable[Outcome]) -> tuple[str, int]:
    """The table of points and outcomes, and how many stories broke an invariant."""
    rows: defaultdict[str, Row] = defaultdict(Row)
    broken = 0
    for outcome in outcomes:
        broken += bool(outcome.findings.violations)
        rows[_name(outcome.story)].add(outcome)
    lines = [f"{'point':<62}{'deaths':>7}{'missed':>7}{'clean':>7}  otherwise"]
    for name, row in rows.items():
        notes = sorted({*row.violations, *(f"({repeat})" for repeat in row.repeats)})
        counts = f"{row.killed:>7}{row.missed:>7}{row.clean:>7}"
        lines.append(f"{name:<62}{counts}  {'; '.join(notes)}".rstrip())
    return "\n".join(lines), broken


def _name(story: Story) -> str:
    first = story.deaths[0] if story.deaths else None
    if not isinstance(first, Crash):
        return f"{story.kind}random moment"
    again = " +again" if len(story.deaths) > 1 else ""
    return f"{story.kind}{first.side} {first.point}{again}"


async def whole(random_count: int, seed: int, at_once: int, only: str) -> int:
    """Everything; how many stories broke an invariant. When interrupted: what is known so far."""
    since = time.monotonic()
    outcomes: list[Outcome] = []
    ways = [
        *await ways_of(Story(), Story(task_fails=True), most=_MOST_PASSINGS),
        *await cancellations(),
        *await ways_of(
            *(Story(long_voice=True), Story(long_voice=True, task_fails=True)),
            most=_MOST_OF_A_LONG_VOICE,
        ),
    ]
    stories = [
        *(named for how in (once, twice) for way in ways for named in how(*way)),
        *at_random(random_count, seed, _POINTS_OF_A_STORY),
    ]
    stories = [story for story in stories if only in str(story)]
    try:
        await tell_all(stories, outcomes, at_once=at_once)
    finally:
        text, broken = table(sorted(outcomes, key=lambda o: stories.index(o.story)))
        if not only:
            text += f"\n\nnever passed: {never_passed(o.passed for o in outcomes) or 'none'}"
        minutes = (time.monotonic() - since) / 60
        click.echo(f"{text}\n\n{_summary(outcomes, broken)}, {minutes:.1f} min, seed {seed}")
    return broken


def _summary(outcomes: Sequence[Outcome], broken: int) -> str:
    deaths = sum(outcome.killed for outcome in outcomes)
    repeats = sum(bool(outcome.findings.repeats) for outcome in outcomes)
    return (
        f"{len(outcomes)} stories, {deaths} deaths: {broken} broke an invariant, "
        f"{repeats} showed something twice (named windows)"
    )


@click.command()
@click.option("--random", "random_count", default=200, help="deaths at random moments")
@click.option("--seed", default=1, help="makes the random moments the same again")
@click.option("--at-once", default=_WORLDS_AT_ONCE, help="worlds side by side")
@click.option("--only", default="", help="only points with this in their name")
def main(random_count: int, seed: int, at_once: int, only: str) -> None:
    """Kill the bot everywhere and check the books."""
    try:
        broken = asyncio.run(whole(random_count, seed, at_once, only))
    except KeyboardInterrupt:
        _say("interrupted: these are the stories that were told to the end")
        sys.exit(130)
    sys.exit(1 if broken else 0)


def _say(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
