"""The day the provider stops serving: people wait and know it, the operator mends, it goes on."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import pytest

from bot.config.service import DEMO_API_KEY
from tests.support.bot_process import JOB_ROWS
from tests.support.chats import text_of
from tests.support.deadlines import deadline, eventually
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPERATOR = 7001
SETTINGS = {"ADMIN_IDS": str(OPERATOR)}

UNPAID = {"http": 400, "code": "Arrearage", "message": "Access denied."}
RETIRED = {"http": 404, "code": "ModelNotFound", "message": "The model does not exist."}
REVOKED = {"http": 401, "code": "InvalidApiKey", "message": "Invalid API-key provided."}


async def operator(shared: World) -> Person:
    """The person of ADMIN_IDS."""
    body = {"first_name": "Olga", "language_code": "en", "user_id": OPERATOR}
    if (await shared.http.post("/sim/people", json=body)).status_code != 409:
        await Person(shared, OPERATOR).writes("/start")
    return Person(shared, OPERATOR)


async def who_waits(shared: World) -> Person:
    """Someone with both halves sent, whose video is held back."""
    person = await shared.person()
    photo = await person.sends_photo()
    await person.sees_key("*photo-ready*", reply_to=photo)
    await person.says()
    await person.sees_key("job-held-back")
    return person


def stop(shared: World, *endpoints: str, **params: Any) -> None:
    """From now on the provider refuses these."""
    for endpoint in endpoints:
        shared.faults.add("provider", endpoint, "code", times=None, params=params)


def stops_of(shared: World) -> list[dict[str, Any]]:
    return shared.rows("SELECT * FROM outages ORDER BY work")


async def is_in(shared: World, person: Person, state: str) -> None:
    """Wait until the person's job is in that state."""

    async def look() -> bool:
        jobs = shared.rows(f"{JOB_ROWS} WHERE user_id = {person.user_id}")
        return [job["state"] for job in jobs] == [state]

    await eventually(look, state)


async def told(olga: Person, words: str) -> list[str]:
    return [text_of(message) for message in await olga.heard() if words in text_of(message)]


async def hears(olga: Person, words: str, times: int) -> list[str]:
    """What the operator was told, once it was told so often; never more often."""

    async def look() -> list[str] | None:
        found = await told(olga, words)
        return found if len(found) >= times else None

    found = await eventually(look, f"{times} times {words!r}")
    assert len(found) == times
    return found


async def test_an_unpaid_account_holds_videos_back_until_the_operator_resumes(
    shared: World,
) -> None:
    olga = await operator(shared)
    refusals, ends = [len(await told(olga, w)) for w in ("refuses to work", "works again")]
    stop(shared, "submit", **UNPAID)
    ada, bea = await asyncio.gather(who_waits(shared), who_waits(shared))
    assert said("cause-unpaid") in (await hears(olga, "refuses to work", refusals + 1))[-1]
    submissions = len(await shared.provider_calls("submit"))

    photo = await bea.sends_photo()
    await bea.sees_key("*photo-ready*", reply_to=photo)
    shared.faults.clear()
    stop(shared, "detect", **UNPAID)
    cleo = await shared.person()
    photo = await cleo.sends_photo()
    unchecked = await cleo.sees_key("photo-service-stopped", reply_to=photo)
    assert shared.rows(f"SELECT * FROM detections WHERE user_id = {cleo.user_id}") == []
    shared.faults.clear()
    assert len(await shared.provider_calls("submit")) == submissions

    cancelled = await bea.sees_key("job-held-back")
    assert await bea.presses(cancelled, label("button-cancel")) == label("answer-cancelled")
    await bea.sees(said("job-cancelled"))

    asked = await olga.writes("/resume")
    await olga.sees(said("resume-trying"), reply_to=asked)
    await ada.sees_video()
    await hears(olga, "works again", ends + 1)
    await hears(olga, "refuses to work", refusals + 1)
    assert stops_of(shared) == []
    assert await cleo.presses(unchecked, label("button-retry")) == label("answer-started")
    await cleo.sees_key("*photo-ready*", reply_to=photo)
    asked = await olga.writes("/resume")
    await olga.sees(said("resume-nothing"), reply_to=asked)
    await shared.ledger_balances()


async def test_a_retired_model_holds_videos_back_and_it_goes_on_by_itself_when_the_time_has_come(
    shared: World,
) -> None:
    olga = await operator(shared)
    refusals, ends = [len(await told(olga, w)) for w in ("refuses to work", "works again")]
    ada = await shared.person()
    photo = await ada.sends_photo()
    await ada.sees_key("*photo-ready*", reply_to=photo)
    stop(shared, "submit", **RETIRED)
    await ada.says()
    await ada.sees_key("job-held-back")
    await hears(olga, "refuses to work", refusals + 1)
    (row,) = stops_of(shared)
    assert (row["work"], row["cause"]) == ("submit", "model_retired")

    await shared.tell_provider(retired_models=["wan2.2-s2v"])
    for _ in range(2):
        photo = await ada.sends_photo()
        await ada.sees_key("photo-service-stopped", reply_to=photo)

    shared.faults.clear()
    await shared.tell_provider(retired_models=[])
    let_time_pass(shared)
    await ada.sees_video()
    await hears(olga, "works again", ends + 1)
    await hears(olga, "refuses to work", refusals + 1)
    await shared.ledger_balances()


async def test_a_key_revoked_while_a_video_is_made_and_a_new_one_after_a_restart(
    shared: World,
) -> None:
    olga = await operator(shared)
    refusals, ends = [len(await told(olga, w)) for w in ("refuses to work", "works again")]
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    ada, bea = await shared.person(), await shared.person()
    for person in (ada, bea):
        photo = await person.sends_photo()
        await person.sees_key("*photo-ready*", reply_to=photo)
    await ada.says()
    await is_in(shared, ada, "running")
    await bea.says()
    await is_in(shared, bea, "ready")
    stop(shared, "*", **REVOKED)
    await bea.sees_key("job-held-back")
    assert "key" in (await hears(olga, "refuses to work", refusals + 1))[-1]
    await is_in(shared, ada, "running")

    cleo = await shared.person()
    voice = await cleo.says()
    await cleo.sees_key("voice-service-stopped", reply_to=voice)

    await shared.stop_bot()
    shared.faults.clear()
    await shared.tell_provider(render_seconds=0.2)
    await shared.start_bot()
    await asyncio.gather(ada.sees_video(), bea.sees_video())
    await hears(olga, "works again", ends + 1)
    await hears(olga, "refuses to work", refusals + 1)
    await shared.ledger_balances()


async def test_resuming_is_the_operators_alone(shared: World) -> None:
    ada = await shared.person()
    sent = await ada.writes("/resume")
    await ada.sees(said("command-unknown"), reply_to=sent)


async def test_the_key_is_told_to_nobody(shared: World) -> None:
    olga = await operator(shared)
    heard = "\n".join(text_of(message) for message in await olga.heard())
    assert DEMO_API_KEY not in heard
    assert all(DEMO_API_KEY not in str(row) for row in stops_of(shared))


def let_time_pass(shared: World) -> None:
    """As if the interval until the next probe were over: only the moment that was written down."""
    connection = sqlite3.connect(shared.database, timeout=deadline())
    with connection:
        connection.execute("UPDATE outages SET probe_at_milliseconds = 0")
    connection.close()
