"""The queue: one at a time, people in turn, and each is told the place."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.support.person import Person
from tests.support.world import HELD_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def order_of_service(shared: World) -> list[int]:
    """Whose videos were made, in that order."""
    rows = shared.rows(
        "SELECT user_id FROM tasks JOIN jobs ON jobs.id = job_id"
        " ORDER BY running_since_milliseconds"
    )
    return [row["user_id"] for row in rows]


async def with_photo(shared: World, name: str) -> Person:
    person = await shared.person(name)
    sent = await person.sends_photo()
    await person.sees_key("*photo-ready*", reply_to=sent)
    return person


async def test_people_take_turns_and_nothing_is_ordered_before_its_turn(shared: World) -> None:
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    busy, ada, bea = [await with_photo(shared, name) for name in ("Busy", "Ada", "Bea")]
    await busy.says()
    await busy.reaches("running")
    await ada.says(0.8)
    first = await ada.reaches("ready")
    await ada.says(1.0)
    await ada.reaches("ready", after=first)
    await bea.says()
    await bea.reaches("ready")
    await ada.sees_key("job-next")
    await bea.sees("place 2")
    await ada.sees("place 3")
    assert len((await shared.provider("tasks"))["tasks"]) == 1
    await shared.tell_provider(render_seconds=0.2)
    await ada.sees_video(2)
    await bea.sees_video()
    expected = [busy, ada, bea, ada]
    assert await order_of_service(shared) == [person.user_id for person in expected]
    tasks = (await shared.provider("tasks"))["tasks"]
    assert all(
        after["submitted_milliseconds"] >= before["ended_milliseconds"]
        for before, after in pairwise(tasks)
    )
