"""A lost answer on a machine whose clock is wrong: one task, one bill, one video."""

from __future__ import annotations

import pytest

from tests.crash.points import Crash
from tests.crash.story import at_rest
from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLOCKS_SECONDS = (-600, 600)
ZONES_HOURS = (0, 8)


async def assert_one_of_each(world: World, ada: Person) -> None:
    """Not by the order of times in the books: their clocks differ."""

    await eventually(lambda: at_rest(world, 2))
    (bill,) = await world.billed_videos()
    (sums,) = world.rows(
        "SELECT SUM(held_micro_yuan) AS held, SUM(spent_micro_yuan) AS spent FROM ledger"
    )
    assert sums == {"held": 0, "spent": bill["micro_yuan"]}
    assert len(await world.provider_calls("submit")) == len(await ada.videos()) == 1


@pytest.mark.parametrize("zone_hours", ZONES_HOURS)
@pytest.mark.parametrize("seconds", CLOCKS_SECONDS)
async def test_a_task_whose_answer_was_lost_is_found(
    there: World, seconds: int, zone_hours: int
) -> None:
    await there.tell_provider(list_zone_hours=zone_hours)
    there.faults.add("provider", "submit", "drop_after")
    await there.start_bot(CRASH_CLOCK_SECONDS=str(seconds))
    ada = await there.person()
    await ada.sends_both()
    await assert_one_of_each(there, ada)


@pytest.mark.parametrize("zone_hours", ZONES_HOURS)
@pytest.mark.parametrize("seconds", CLOCKS_SECONDS)
@pytest.mark.parametrize("seconds_then", CLOCKS_SECONDS)
async def test_it_is_found_after_a_crash_and_whatever_the_clock_says_then(
    there: World, seconds_then: int, seconds: int, zone_hours: int
) -> None:
    await there.tell_provider(list_zone_hours=zone_hours)
    await there.start_bot(
        Crash("ServiceEngine.submit", "after"), CRASH_CLOCK_SECONDS=str(seconds_then)
    )
    ada = await there.person()
    await ada.sends_both()
    await there.bot.ended()
    await there.start_bot(CRASH_CLOCK_SECONDS=str(seconds))
    await assert_one_of_each(there, ada)


async def test_it_is_found_when_the_first_call_after_a_start_is_the_submission(
    there: World,
) -> None:
    """The copies are there from before: nothing but the submission would have to be asked."""
    await there.start_bot(Crash("task_moves.prepared-commit", "after"))
    ada = await there.person()
    await ada.sends_both()
    await there.bot.ended()
    there.faults.add("provider", "submit", "drop_after")
    await there.start_bot(CRASH_CLOCK_SECONDS="-600")
    await assert_one_of_each(there, ada)
