"""Cancelling: free while it waits, honest when it is too late."""

from __future__ import annotations

import pytest

from tests.support.chats import buttons_of, text_of
from tests.support.credentials import KEY
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"JOBS_WAITING_PER_PERSON": "2"}


async def occupy(shared: World) -> Person:
    """Someone whose video is being made until the provider is told to be quick."""
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    person = await shared.person("Busy")
    await person.sends_photo()
    await person.says()
    await person.sees_key("job-rendering")
    return person


async def free(shared: World, person: Person) -> None:
    """Let that video come."""
    await shared.tell_provider(render_seconds=0.2)
    await person.sees_video()


async def waits(shared: World) -> Person:
    """Someone whose job waits for its turn."""
    person = await shared.person()
    await person.sends_photo()
    await person.says()
    await person.sees_key("job-next")
    return person


def ledger_of(shared: World, person: Person) -> dict[str, int]:
    (balance,) = shared.rows(
        "SELECT SUM(held_quota_milliseconds) AS held, SUM(spent_quota_milliseconds) AS spent, "
        "SUM(held_micro_yuan) AS held_money, SUM(spent_micro_yuan) AS spent_money "
        f"FROM ledger WHERE user_id = {person.user_id}"
    )
    return balance


NOTHING = {"held": 0, "spent": 0, "held_money": 0, "spent_money": 0}


async def test_a_waiting_job_is_cancelled_for_nothing_and_can_be_tried_again(shared: World) -> None:
    busy = await occupy(shared)
    ada = await waits(shared)
    status = await ada.sees_key("job-next")
    tasks = len((await shared.provider("tasks"))["tasks"])
    assert await ada.presses(status, label("button-cancel")) == label("answer-cancelled")
    cancelled = await ada.sees(said("job-cancelled"))
    assert cancelled["message_id"] == status["message_id"]
    assert ledger_of(shared, ada) == NOTHING
    assert len((await shared.provider("tasks"))["tasks"]) == tasks
    pressed_twice = await ada.forges_press(status, buttons_of(status)[label("button-cancel")])
    assert pressed_twice == label("answer-too-late")

    await free(shared, busy)
    assert await ada.presses(cancelled, label("button-retry")) == label("answer-started")
    again = await ada.forges_press(cancelled, buttons_of(cancelled)[label("button-retry")])
    assert again == label("answer-too-late")
    await ada.sees_video()
    await ada.reaches("done")
    jobs = shared.rows(f"SELECT state FROM jobs WHERE user_id = {ada.user_id} ORDER BY id")
    assert [job["state"] for job in jobs] == ["cancelled", "done"]


@pytest.mark.proof
async def test_the_command_cancels_everything_that_waits(shared: World) -> None:
    busy = await occupy(shared)
    ada = await waits(shared)
    second = await ada.says(1.2)
    await ada.sees("place 2", reply_to=second)
    third = await ada.says(1.4)
    await ada.sees(said("voice-waiting", waiting=2), reply_to=third)
    sent = await ada.writes("/cancel")
    await ada.sees(said("cancel-done", count=2), reply_to=sent)
    assert ledger_of(shared, ada) == NOTHING
    await free(shared, busy)


async def test_a_running_job_is_answered_honestly_and_comes_and_counts(shared: World) -> None:
    ada = await occupy(shared)
    status = await ada.sees_key("job-rendering")
    assert await ada.presses(status, label("button-cancel")) == label("answer-stopping")
    honest = await ada.sees("can no longer be cancelled")
    assert buttons_of(honest) == {}
    assert "it will come, and count" in text_of(honest)
    await free(shared, ada)
    await ada.reaches("done")
    balance = ledger_of(shared, ada)
    assert balance["held"] == 0
    assert balance["spent"] > 0


@pytest.mark.proof
async def test_a_cancel_the_provider_does_not_answer_is_asked_again(shared: World) -> None:
    ada = await occupy(shared)
    for kind in ("status", "html", "drop_after"):
        shared.faults.add("provider", "cancel", kind)
    status = await ada.sees_key("job-rendering")
    await ada.presses(status, label("button-cancel"))
    await ada.sees("can no longer be cancelled")
    assert len(await shared.provider_calls("cancel")) >= 4
    await free(shared, ada)


async def occupy_for_a_stranger(shared: World) -> None:
    """Another program of the same account has a task running: ours will be PENDING behind it."""
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    await shared.tell_provider(render_seconds=HELD_SECONDS)
    (used,) = shared.rows(
        "SELECT photo.upload_url AS image_url, voice.upload_url AS audio_url FROM jobs "
        "JOIN media AS photo ON photo.id = photo_id JOIN media AS voice ON voice.id = voice_id "
        f"WHERE jobs.user_id = {ada.user_id}"
    )
    answer = await shared.http.post(
        f"{shared.sandbox.dashscope_base_url}/services/aigc/image2video/video-synthesis",
        json={"model": "wan2.2-s2v", "input": used},
        headers={
            "Authorization": f"Bearer {KEY}",
            "X-DashScope-Async": "enable",
            "X-DashScope-OssResourceResolve": "enable",
        },
    )
    answer.raise_for_status()


async def test_a_task_that_still_waits_at_the_provider_is_stopped_for_nothing(
    shared: World,
) -> None:
    await occupy_for_a_stranger(shared)
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    status = await ada.sees_key("job-rendering")
    assert await ada.presses(status, label("button-cancel")) == label("answer-stopping")
    await ada.sees(said("job-cancelled"))
    assert ledger_of(shared, ada) == NOTHING
    tasks = (await shared.provider("tasks"))["tasks"]
    assert [task["status"] for task in tasks[-2:]] == ["RUNNING", "CANCELED"]
    await shared.tell_provider(render_seconds=0.2)
