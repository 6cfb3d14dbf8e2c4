"""Whoever has their data deleted: what others began with it since they asked for that ends too."""

from __future__ import annotations

from bot.common import build_outbox
from bot.privacy.deletion import ForgetPeople
from storage.groups import borrowed_media
from storage.jobs.jobs import JobState
from storage.people import deletion
from tests.support.fake_services import Fakes, run_all

BEN = 8


async def test_what_was_begun_with_it_since_it_was_asked_for_is_stopped_as_well(
    fakes: Fakes,
) -> None:
    async with fakes.database.transaction() as tx:
        assert await deletion.want(tx, BEN, BEN, 1, "en")
    job = await fakes.waiting_job()
    async with fakes.database.transaction() as tx:
        await borrowed_media.borrow(tx, job.photo_id, BEN)
    forgetting = ForgetPeople(common=fakes.common)
    await run_all(build_outbox(fakes.common, forgetting.kinds))
    assert (await fakes.job(job.id)).state == JobState.CANCELLED
