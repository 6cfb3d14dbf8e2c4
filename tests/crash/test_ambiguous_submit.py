"""A submission whose answer never came: one task, one bill, one video, whatever went wrong."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.crash.cancels import foreign_task
from tests.crash.points import Crash
from tests.crash.story import at_rest
from tests.crash.witnesses import check
from tests.support.chats import text_of
from tests.support.deadlines import eventually
from tests.support.person import Person
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.proof]

NO_PROXY = {"HTTP_PROXY": "", "http_proxy": "", "ALL_PROXY": "", "all_proxy": ""}
THROTTLED = {"http": 429, "code": "Throttling.RateQuota", "message": "slow down"}


async def assert_paid_once(world: World, ada: Person) -> None:
    """It ran to rest, and the three witnesses agree."""

    await eventually(lambda: at_rest(world, 2))
    findings = await check(world, ada.user_id, 2)
    assert not findings.violations, findings
    assert not findings.repeats, findings
    assert len(await ada.videos()) == len(await world.billed_videos()) == 1


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("drop_after", {}),
        ("error_after", {"code": 500}),
        ("error_after", {"code": 503}),
        ("malformed", {}),
        ("html", {}),
        ("empty", {}),
    ],
)
async def test_an_accepted_submission_without_an_answer_is_found_in_the_list(
    there: World, kind: str, params: dict[str, Any]
) -> None:
    there.faults.add("provider", "submit", kind, params=params)
    await there.start_bot()
    ada = await there.person()
    await ada.sends_both()
    await assert_paid_once(there, ada)
    assert len(await there.provider_calls("submit")) == 1


@pytest.mark.parametrize(("kind", "params"), [("drop_before", {}), ("status", {"code": 502})])
async def test_a_submission_that_never_was_is_made_again_once_that_is_sure(
    there: World, kind: str, params: dict[str, Any]
) -> None:
    there.faults.add("provider", "submit", kind, params=params)
    await there.start_bot(CRASH_SETTLED_SECONDS="3")
    ada = await there.person()
    await ada.sends_both()
    await assert_paid_once(there, ada)
    first, second = await there.provider_calls("submit")
    assert second["at"] - first["at"] > 500


async def test_being_throttled_is_no_submission(there: World) -> None:
    there.faults.add("provider", "submit", "code", times=3, params=THROTTLED)
    await there.start_bot()
    ada = await there.person()
    await ada.sends_both()
    await assert_paid_once(there, ada)
    assert len(await there.provider_calls("submit")) == 4


async def test_a_task_that_is_accepted_after_we_gave_up_is_adopted(there: World) -> None:
    there.faults.add("provider", "submit", "delay", params={"seconds": 1.5})
    await there.start_bot(CRASH_SUBMIT_SECONDS="1.0", CRASH_SETTLED_SECONDS="60")
    ada = await there.person()
    await ada.sends_both()
    await assert_paid_once(there, ada)
    assert len(await there.provider_calls("submit")) == 1


async def test_the_wait_for_a_late_task_is_longer_than_the_call_may_take() -> None:
    from bot.dashscope.http import TIMEOUTS
    from bot.jobs.submit import SETTLED_AFTER_MILLISECONDS

    longest = TIMEOUTS["submit"].total_seconds * 1000
    assert longest + 60_000 <= SETTLED_AFTER_MILLISECONDS


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
async def test_without_a_connection_the_job_waits_and_is_submitted_once(
    there: World, host: str
) -> None:
    await there.start_bot(Crash("task_moves.prepared-commit", "after"))
    ada = await there.person()
    await ada.sends_both()
    await there.bot.ended()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://{host}:{taken.getsockname()[1]}/api/v1"
        await there.start_bot(None, DASHSCOPE_BASE_URL=address, **NO_PROXY)

        async def tried() -> bool:
            return "task_moves.wait_again:after:3" in there.runs()[-1]

        await eventually(tried)
    await there.kill_bot()
    await there.start_bot()
    await assert_paid_once(there, ada)
    assert len(await there.provider_calls("submit")) == 1


async def test_with_two_tasks_that_fit_the_operator_is_asked_and_nothing_is_guessed(
    there: World,
) -> None:
    operator = await there.person("Olga")
    await there.start_bot(Crash("ServiceEngine.submit", "after"))
    await (await there.person()).sends_both()
    await there.bot.ended()
    stranger = await foreign_task(there)
    await there.start_bot(ADMIN_IDS=str(operator.user_id))
    told = await operator.sees_key("operator-ambiguous")
    assert stranger in text_of(told)
    await answers(there, operator, "/adopt 1 no-such-task", "adopt-not-listed")
    (task,) = there.rows("SELECT * FROM tasks")
    assert (task["state"], task["task_id"]) == ("submitting", None)
    assert len(await there.provider_calls("submit")) == 2  # ours and the stranger's


async def asked_which(there: World) -> tuple[Person, Person, str, str]:
    """Operator, person, and the tasks of two of which one is hers: her own and a stranger's."""
    operator = await there.person("Olga")
    await there.start_bot(Crash("ServiceEngine.submit", "after"))
    ada = await there.person()
    await ada.sends_both()
    await there.bot.ended()
    stranger = await foreign_task(there)
    await there.start_bot(ADMIN_IDS=str(operator.user_id))
    told = text_of(await operator.sees_key("operator-ambiguous"))
    listed = [line.split()[2] for line in told.splitlines() if line.startswith("/adopt 1 ")]
    assert stranger in listed
    assert "/release 1 ends it" in told
    (own,) = set(listed) - {stranger}
    return operator, ada, own, stranger


async def answers(there: World, admin: Person, command: str, key: str) -> None:
    """A command and the key of the text it gets in reply."""
    sent = await admin.writes(command)
    await admin.sees_key(key, reply_to=sent)


async def test_the_operator_names_the_task_and_the_job_goes_on_with_it(there: World) -> None:
    operator, ada, own, stranger = await asked_which(there)
    await answers(there, ada, f"/adopt 1 {own}", "command-unknown")
    await answers(there, ada, "/release 1", "command-unknown")
    for rubbish in ("/adopt", "/adopt 1", "/adopt x y", "/adopt 1 a b", f"/adopt -1 {own}"):
        await answers(there, operator, rubbish, "adopt-usage")
    await answers(there, operator, f"/adopt 2 {own}", "adopt-not-asked")
    await answers(there, operator, f"/adopt {'9' * 30} {own}", "adopt-usage")
    await answers(there, operator, "/adopt 1 no-such-task", "adopt-not-listed")
    assert there.rows("SELECT state FROM tasks") == [{"state": "submitting"}]

    await answers(there, operator, f"/adopt 1 {own}", "adopt-done")
    await answers(there, operator, f"/adopt 1 {own}", "adopt-done")
    await answers(there, operator, f"/adopt 1 {stranger}", "adopt-not-asked")
    await answers(there, operator, "/release 1", "adopt-not-asked")
    await ada.sees_video()
    (task,) = there.rows("SELECT * FROM tasks")
    assert (task["task_id"], task["adopted"]) == (own, 1)
    await ada.reaches("done")
    assert len(await ada.videos()) == 1
    assert len(await there.provider_calls("submit")) == 2  # ours and the stranger's


async def test_the_operator_says_that_none_is_its_own_and_the_bot_bears_the_bill(
    there: World,
) -> None:
    operator, ada, own, _ = await asked_which(there)
    for rubbish in ("/release", "/release one", "/release 1 2"):
        await answers(there, operator, rubbish, "release-usage")
    await answers(there, operator, "/release 7", "adopt-not-asked")
    for _ in range(2):
        await answers(there, operator, "/release 1", "release-done")
    await answers(there, operator, f"/adopt 1 {own}", "adopt-not-asked")
    await ada.sees_key("failed-released")
    (quota,) = there.rows(
        "SELECT SUM(held_quota_milliseconds + spent_quota_milliseconds) AS taken FROM ledger"
    )
    assert quota["taken"] == 0
    (job,) = there.rows(
        "SELECT held_milliseconds * price_micro_yuan_per_second / 1000 AS cost FROM jobs"
    )
    assert there.balance() == (0, job["cost"])
    assert len(await there.provider_calls("submit")) == 2


async def test_a_hold_does_not_stay_open_when_nobody_can_tell_any_more(there: World) -> None:
    operator = await there.person("Olga")
    await there.start_bot(Crash("ServiceEngine.submit", "after"))
    ada = await there.person()
    await ada.sends_both()
    await there.bot.ended()
    await foreign_task(there)
    await there.start_bot(ADMIN_IDS=str(operator.user_id), CRASH_FORGOTTEN_SECONDS="1.5")
    await operator.sees_key("operator-lost")
    failure = await ada.sees_key("failed-lost")
    assert "Nothing was charged" in text_of(failure)

    async def resolved() -> bool:
        (held,) = there.rows("SELECT SUM(held_quota_milliseconds) AS held FROM ledger")
        return bool(held["held"] == 0)

    await eventually(resolved, "the hold is released")
    assert len(await there.provider_calls("submit")) == 2  # ours and the stranger's, never again


async def test_a_strangers_task_that_fails_is_given_up_for_a_video_of_ones_own(
    there: World,
) -> None:
    await there.start_bot(Crash("ServiceEngine.submit", "before"))
    ada = await there.person()
    await ada.sends_both()
    await there.bot.ended()
    foreign = await foreign_task(there)
    await there.start_bot()
    await ada.sees_video()

    def settled() -> bool:
        return bool(there.rows("SELECT * FROM jobs WHERE state = 'done'"))

    await eventually(settled)
    (task,) = there.rows("SELECT * FROM tasks")
    (earlier,) = there.rows("SELECT * FROM earlier_task_ids")
    assert earlier["task_id"] == foreign != task["task_id"]
    (held,) = there.rows("SELECT SUM(held_quota_milliseconds) AS milliseconds FROM ledger")
    assert held["milliseconds"] == 0
    assert len(await ada.videos()) == 1
