"""The crash matrix, run by `make crash`: too long for any other command.

Every point that a bot passes on its way kills it once before and once after; then once more with a
second death during the recovery; so does every point of a cancellation, wherever the job is by
then. CRASH_RANDOM (200) and CRASH_SEED (1) say how often it is killed at random moments, and which.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest

from tests.crash.cancels import ALL, POINTS, Cancel
from tests.crash.points import ANY, COMMIT, Crash, Side, crash_of, never_passed
from tests.crash.story import Story, broken, random_kills, tell, tell_all

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOST_PASSINGS, MOST_OF_A_LONG_VOICE = 8, 3
NEXT_POINTS = 5
POINTS_OF_A_STORY = 170
STORIES = (
    *(Story(), Story(task_fails=True)),
    *(Story(first_fails=code) for code in ("InternalError", "InvalidURL.Timeout")),
    *(Story(long_voice=True), Story(long_voice=True, task_fails=True)),
    *(Story(cancel=cancel) for cancel in ALL),
    Story(cancel=Cancel("waiting", "command"), loses_status=True),
    *(Story(looks_back="/history"), Story(looks_back="/last")),
)
passed: list[set[str]] = []
"""The points of every story that was told."""


async def passings(story: Story) -> list[Crash]:
    """The points of an undisturbed bot, with both sides; what is of a failure or cancel alone."""
    outcome = await tell(story)
    assert broken([outcome]) == {}
    crashes = list(dict.fromkeys(crash_of(line) for line in outcome.runs[0]))
    if story.cancel is not None:
        return [crash for crash in crashes if crash.point.removesuffix(f"-{COMMIT}") in POINTS]
    if story.looks_back:
        others = {str(crash) for crash in await passings(Story())}
        return [crash for crash in crashes if str(crash) not in others]
    if story.task_fails or story.first_fails:
        usual = await passings(replace(story, task_fails=False, first_fails=""))
        crashes = [crash for crash in crashes if crash not in usual]
    if story.is_long:
        return [crash for crash in crashes if crash.passing <= MOST_OF_A_LONG_VOICE]
    return [crash for crash in crashes if crash.point == COMMIT or crash.passing <= MOST_PASSINGS]


async def check(stories: list[Story]) -> None:
    outcomes = await tell_all(stories)
    passed.extend(outcome.passed for outcome in outcomes)
    assert broken(outcomes) == {}


@pytest.mark.parametrize("story", STORIES, ids=str)
async def test_killed_at_any_point_the_books_balance(story: Story) -> None:
    crashes = await passings(story)
    await check([replace(story, deaths=(crash,)) for crash in crashes])


@pytest.mark.parametrize("story", STORIES, ids=str)
async def test_killed_again_in_the_recovery_the_books_balance(story: Story) -> None:
    sides: tuple[Side, Side] = ("before", "after")
    crashes = enumerate(await passings(story))
    again = [(crash, Crash(ANY, sides[i % 2], 1 + i // 2 % NEXT_POINTS)) for i, crash in crashes]
    await check([replace(story, deaths=deaths) for deaths in again])


async def test_killed_at_random_moments_the_books_balance() -> None:
    dice = random.Random(int(os.environ.get("CRASH_SEED", "1")))
    # A `queued` job takes a task of another client, which a bot that dies before its own call
    # takes for its own until it sees the bill; see the tests of ambiguous submissions.
    alone = [cancel for cancel in ALL if cancel.where != "queued"]
    stories = [
        Story(
            random_kills(dice, POINTS_OF_A_STORY),
            task_fails=dice.random() < 0.15,
            first_fails="Throttling" if dice.random() < 0.15 else "",
            long_voice=dice.random() < 0.15,
            both_at_once=dice.random() < 0.5,
            cancel=dice.choice(alone) if dice.random() < 1 / 3 else None,
        )
        for _ in range(int(os.environ.get("CRASH_RANDOM", "200")))
    ]
    await check(stories)


async def test_every_point_was_passed() -> None:
    assert never_passed(passed) == set()
