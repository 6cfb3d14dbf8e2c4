"""An answer that was lost costs one video, whatever the clocks and the list of tasks say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.world import World, world
from tests.system.trouble.test_outages import hears, operator

pytestmark = pytest.mark.proof

HOURS = 3600.0
LISTS: list[dict[str, Any]] = [
    {"clock_ahead_seconds": 600.0},
    {"clock_ahead_seconds": -5 * HOURS, "list_zone_hours": 0},
    {"list_lag_seconds": 60.0, "list_page_size": 1, "list_overlap": 1, "list_zone_hours": -5},
    {"sends_date": False},
]
BLIND: list[dict[str, Any]] = [
    {"sends_date": False, "clock_ahead_seconds": 3 * HOURS},
    {"sends_date": False, "clock_ahead_seconds": -600.0, "list_lag_seconds": 60.0},
]


async def lost_answer(made: World, settings: dict[str, Any]) -> Person:
    """One video was made as usual; of the second the answer to its submission does not come."""
    ada, bea = await made.person(), await made.person("Bea")
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    await made.tell_provider(**settings)
    made.faults.add("provider", "submit", "drop_after")
    await bea.sends_photo()
    await bea.says()
    return bea


async def is_paid_once(made: World, person: Person) -> None:
    await person.sees_video()
    assert len((await made.provider("tasks"))["tasks"]) == 2
    await made.ledger_balances()


@pytest.mark.parametrize("settings", LISTS, ids=lambda settings: ",".join(settings))
async def test_its_task_is_found(tmp_path: Path, settings: dict[str, Any]) -> None:
    async with world(tmp_path, {"ADMIN_IDS": "7001"}, factor=20.0, stand_ins=True) as made:
        await is_paid_once(made, await lost_answer(made, settings))


@pytest.mark.parametrize("settings", BLIND, ids=lambda settings: ",".join(settings))
async def test_where_no_time_is_known_the_operator_says_which_it_is(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    async with world(tmp_path, {"ADMIN_IDS": "7001"}, factor=20.0, stand_ins=True) as made:
        olga = await operator(made)
        bea = await lost_answer(made, settings)
        (asked,) = await hears(olga, "/adopt", 1)
        (command,) = re.findall(r"/adopt \d+ \S+", asked)
        await olga.writes(command)
        await is_paid_once(made, bea)


async def test_of_several_that_may_be_it_the_operator_chooses(tmp_path: Path) -> None:
    async with world(tmp_path, {"ADMIN_IDS": "7001"}, factor=5.0, stand_ins=True) as made:
        olga = await operator(made)
        await made.tell_provider(list_lag_seconds=HOURS)
        bea = await lost_answer(made, {})
        await eventually(lambda: made.faults.active("provider") == [], "it was submitted")
        await another_program_orders(made)
        await made.tell_provider(list_lag_seconds=0.0)
        (asked,) = await hears(olga, "/adopt", 1)
        assert len(re.findall(r"/adopt \d+ \S+", asked)) == 2
        task_ids = [task["task_id"] for task in (await made.provider("tasks"))["tasks"]]
        await olga.writes(next(c for c in re.findall(r"/adopt \d+ \S+", asked) if task_ids[1] in c))
        await bea.sees_video()
        assert len((await made.provider("tasks"))["tasks"]) == 3


async def another_program_orders(made: World) -> None:
    """The same again, as some other program with the key would."""
    (*_, last) = await made.provider_calls("submit")
    answer = await made.http.post(
        f"{made.settings['DASHSCOPE_BASE_URL']}/services/aigc/image2video/video-synthesis",
        json=last["request"],
        headers={
            "Authorization": f"Bearer {made.settings['DASHSCOPE_API_KEY']}",
            "X-DashScope-Async": "enable",
            "X-DashScope-OssResourceResolve": "enable",
        },
    )
    assert answer.is_success, answer.text
