"""This machine has no memory left in the middle of a job: nothing is blamed on anybody, nothing is
paid for twice, and it goes on once there is room.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.jobs.join import Joining
from bot.media import calls
from bot.media.exchange import NormalisedSound
from storage.jobs.jobs import Job, JobState
from storage.jobs.tasks import TaskState
from tests.storage import orders
from tests.support.fake_services import Fakes
from tests.support.media.videos import ordered_video
from tests.support.media.voices import tone_wav

URL = "https://x/made.mp4"
CUT = 2_500


async def all_fetched(fakes: Fakes) -> Job:
    """A job whose parts are made and on disk."""
    fakes.engine.files = {URL: ordered_video(CUT)}
    heard = NormalisedSound(tone_wav(2 * CUT), 2 * CUT, 40.0)
    fakes.media_worker.instead |= {calls.normalise_sound: lambda *_: heard}
    job = await orders.start(fakes.database, cuts=(CUT,))
    await orders.make_ready(fakes.database, job)
    for _ in range(2):
        task = await orders.run_next(fakes.database)
        await orders.bill(fakes.database, task, url=URL)
        await fakes.result.fetch(await fakes.task(task.id))
    return await fakes.job(job.id)


async def joined(fakes: Fakes, job: Job, most: int) -> Job:
    """After so many attempts at most, each at its time."""
    joining = fakes.common.part(Joining)
    for _ in range(most):
        if job.state != JobState.JOINING:
            break
        early = job.not_before_milliseconds - fakes.clock.now_milliseconds()
        fakes.clock.advance(max(0, early) / 1000)
        await joining.join(job)
        job = await fakes.job(job.id)
    return job


@pytest.mark.parametrize("call", [calls.inspect_video, calls.join_and_label])
async def test_parts_that_cannot_be_joined_now_are_joined_later_and_never_fetched_again(
    fakes: Fakes, call: calls.MediaCall[[Path], None]
) -> None:
    job = await all_fetched(fakes)
    fakes.media_worker.killed = {call}
    job = await joined(fakes, job, 4)
    assert job.state == JobState.JOINING
    await fakes.post()
    (told,) = fakes.told()
    assert "memory" in told
    fakes.media_worker.killed = set()
    job = await joined(fakes, job, 1)
    assert job.state == JobState.DELIVERING
    assert fakes.engine.fetched == [URL, URL]


async def test_parts_that_can_never_be_joined_cost_the_person_nothing(fakes: Fakes) -> None:
    job = await all_fetched(fakes)
    fakes.media_worker.killed = {calls.join_and_label}
    job = await joined(fakes, job, 100)
    assert (job.state, job.failure) == (JobState.FAILED, "failed-here")
    assert (await fakes.ledger())["quota"] == 0


async def test_a_paid_result_that_cannot_be_labelled_now_is_kept_later(fakes: Fakes) -> None:
    fakes.engine.files = {URL: ordered_video()}
    task = await fakes.rendered_task(URL)
    fakes.media_worker.killed = {calls.label_result}
    for _ in range(8):
        fakes.clock.advance(1_800)
        await fakes.result.fetch(await fakes.task(task.id))
    assert (await fakes.task(task.id)).state == TaskState.FETCHING
    fakes.media_worker.killed = set()
    await fakes.result.fetch(await fakes.task(task.id))
    assert (await fakes.task(task.id)).state == TaskState.FETCHED
