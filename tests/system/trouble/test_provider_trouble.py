"""Whatever the video service answers, the bot goes on, pays once and says what is true."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.chats import buttons_of, text_of
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPERATOR = 7001
SETTINGS = {"ADMIN_IDS": str(OPERATOR)}


async def operator(shared: World) -> Person:
    """The person of ADMIN_IDS."""
    people = (await shared.http.get("/sim/state")).json()["people"]
    if OPERATOR not in [person["user_id"] for person in people]:
        body = {"first_name": "Olga", "language_code": "en", "user_id": OPERATOR}
        (await shared.http.post("/sim/people", json=body)).raise_for_status()
    return Person(shared, OPERATOR)


async def who_sent_both(shared: World) -> Person:
    person = await shared.person()
    await person.sends_photo()
    await person.says()
    return person


def jobs_of(shared: World, person: Person) -> list[dict[str, object]]:
    return shared.rows(f"SELECT * FROM jobs WHERE user_id = {person.user_id} ORDER BY id")


async def tasks_made(shared: World) -> int:
    return len((await shared.provider("tasks"))["tasks"])


# Nothing is billed by these calls, or nothing twice: they are repeated. Each endpoint meets its
# share of the kinds; the client's own tests have them all.
BROKEN = {
    "get_policy": ("status", "html"),
    "upload": ("drop_after", "empty"),
    "detect": ("malformed", "error_after"),
    "query": ("status", "drop_before", "drop_after", "error_after", "malformed", "html", "empty"),
    "result": ("drop_before", "html", "result_truncated"),
}


async def test_broken_answers_of_every_kind_are_survived_by_everybody(shared: World) -> None:
    for endpoint, kinds in BROKEN.items():
        for kind in kinds:
            shared.faults.add("provider", endpoint, kind)
    shared.faults.add("provider", "query", "unknown_state", times=3, params={"state": "DREAMING"})
    before = await tasks_made(shared)
    people = [await who_sent_both(shared) for _ in range(3)]
    await asyncio.gather(*(person.sees_video() for person in people))
    assert shared.faults.active("provider") == []
    assert await tasks_made(shared) == before + 3
    await shared.ledger_balances()


@pytest.mark.sampled(every=3)
@pytest.mark.parametrize("kind", ["drop_after", "error_after", "html"])
async def test_a_task_whose_acceptance_was_not_heard_is_found_and_never_ordered_twice(
    shared: World, kind: str
) -> None:
    before = await tasks_made(shared)
    shared.faults.add("provider", "submit", kind)
    shared.faults.add("provider", "list", {"html": "malformed"}.get(kind, "status"))
    ada = await who_sent_both(shared)
    await ada.sees_video()
    assert await tasks_made(shared) == before + 1
    assert len(await shared.provider_calls("list")) >= 1
    await shared.ledger_balances()


async def test_too_many_requests_only_delay_the_submission(shared: World) -> None:
    before = await tasks_made(shared)
    throttled = {"http": 429, "code": "Throttling.RateQuota"}
    shared.faults.add("provider", "submit", "code", params=throttled)
    ada = await who_sent_both(shared)
    await ada.sees_video()
    assert await tasks_made(shared) == before + 1


FAILURES = {
    "no reason at all": ({}, "failed-service", True),
    "a timeout": ({"code": "InternalError.Timeout"}, "failed-timeout", True),
    "moderation": ({"code": "DataInspectionFailed"}, "failed-moderated", False),
    "the length": (
        {"code": "InvalidURL", "message": "The input audio is longer than 20s"},
        "failed-voice-too-long",
        False,
    ),
}


async def test_a_failed_task_costs_nothing_and_says_why(shared: World) -> None:
    for params, key, can_retry in FAILURES.values():
        shared.faults.add("provider", "submit", "task_fails", params={"after_seconds": 0, **params})
        ada = await who_sent_both(shared)
        failed = await ada.sees(said(key))
        assert (label("button-retry") in buttons_of(failed)) == can_retry, key
    await shared.ledger_balances()


async def test_a_failed_job_can_be_tried_again_without_sending_anything(shared: World) -> None:
    shared.faults.add("provider", "submit", "task_fails", params={"after_seconds": 0})
    ada = await who_sent_both(shared)
    failed = await ada.sees(said("failed-service"))
    assert await ada.presses(failed, label("button-retry")) == label("answer-started")
    await ada.sees_video()
    await ada.reaches("done")
    assert [job["state"] for job in jobs_of(shared, ada)] == ["failed", "done"]


async def test_a_submission_refused_by_moderation_is_said_and_free(shared: World) -> None:
    shared.faults.add(
        "provider", "submit", "code", params={"http": 400, "code": "DataInspectionFailed"}
    )
    ada = await who_sent_both(shared)
    await ada.sees(said("failed-moderated"))
    await shared.ledger_balances()


async def test_an_unpaid_account_charges_nobody_and_the_operator_is_told_once(
    shared: World,
) -> None:
    olga = await operator(shared)
    unpaid = {"http": 400, "code": "Arrearage", "message": "Access denied."}
    shared.faults.add("provider", "submit", "code", params=unpaid)
    ada, bea = await who_sent_both(shared), await shared.person()
    await ada.sees_key("job-held-back")
    shared.faults.add("provider", "detect", "code", params=unpaid)
    photo = await bea.sends_photo()
    stopped = await bea.sees_key("photo-service-stopped", reply_to=photo)
    await olga.sees("refuses to work")
    assert (
        shared.rows(
            "SELECT 1 FROM ledger WHERE kind = 'settle' AND job_id = "
            f"(SELECT id FROM jobs WHERE user_id = {ada.user_id})"
        )
        == []
    )

    resumed = await olga.writes("/resume")
    await olga.sees(said("resume-trying"), reply_to=resumed)
    await ada.sees_video()
    assert await bea.presses(stopped, label("button-retry")) == label("answer-started")
    await bea.sees_key("*photo-ready*", reply_to=photo)
    told = [text_of(m) for m in await olga.heard() if "refuses to work" in text_of(m)]
    assert len(told) == 1
    assert said("cause-unpaid") in told[0]
    await shared.ledger_balances()


async def test_a_result_that_is_missing_for_good_is_reported_and_costs_the_person_nothing(
    shared: World,
) -> None:
    olga = await operator(shared)
    shared.faults.add("provider", "result", "result_missing", times=None)
    ada = await who_sent_both(shared)
    await ada.sees_key("failed-lost")
    await olga.sees("A paid video may be lost")
    (spent,) = shared.rows(
        "SELECT SUM(spent_quota_milliseconds) AS quota, SUM(spent_micro_yuan) AS money "
        f"FROM ledger WHERE user_id = {ada.user_id}"
    )
    assert spent["quota"] == 0
    assert spent["money"] > 0
    await shared.ledger_balances()


async def test_a_success_without_a_bill_is_settled_at_the_hold_and_reported(shared: World) -> None:
    olga = await operator(shared)
    shared.faults.add("provider", "query", "usage_missing", times=None)
    ada = await who_sent_both(shared)
    await ada.sees_video()
    await olga.sees("A video came without a bill")
    await shared.ledger_balances()


async def test_a_provider_that_stays_away_from_a_photo_is_said_and_waited_for(
    shared: World,
) -> None:
    away = shared.faults.add("provider", "detect", "status", times=None, params={"code": 503})
    ada = await shared.person()
    photo = await ada.sends_photo()
    await ada.sees(said("service-away"), reply_to=photo)
    shared.faults.remove(away.id)
    await ada.sees_key("*photo-ready*", reply_to=photo)
