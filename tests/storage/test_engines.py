"""Each engine has its own line and as many tasks as its model may run."""

from __future__ import annotations

import pytest

from storage import media
from storage.db.database import Database
from storage.jobs import task_moves
from storage.jobs.jobs import Job
from storage.jobs.tasks import Task
from tests.storage.orders import ACCOUNT, NOON, make_ready, start


async def waiting(database: Database, engine: str, user_id: int) -> Job:
    job = await start(database, user_id)
    await make_ready(database, job)
    async with database.transaction() as tx:
        await tx.execute(
            "UPDATE tasks SET engine = :engine WHERE job_id = :id", engine=engine, id=job.id
        )
    return job


async def next_of(database: Database, engine: str, slots: int = 1) -> Task | None:
    async with database.transaction() as tx:
        return await task_moves.take_slot(tx, account=ACCOUNT, slots=slots, engine=engine)


async def test_a_task_of_one_engine_leaves_the_slots_of_the_other_free(database: Database) -> None:
    first, second = await waiting(database, "emo", 1), await waiting(database, "emo", 2)
    usual = await waiting(database, "wan2.2-s2v", 3)
    taken = [await next_of(database, name) for name in ("emo", "emo", "wan2.2-s2v", "preview")]
    assert [task.job_id if task else None for task in taken] == [first.id, None, usual.id, None]
    assert [task.slot for task in taken if task] == [0, 1]
    third = await next_of(database, "emo", slots=2)
    assert third is not None
    assert (third.job_id, third.slot) == (second.id, 2)


@pytest.mark.parametrize(("given", "kept"), [("emo", "emo"), (None, "wan2.2-s2v")])
async def test_a_copy_belongs_to_an_engine_until_there_is_one_for_another(
    database: Database, given: str | None, kept: str
) -> None:
    job = await start(database)
    async with database.transaction() as tx:
        await media.set_upload(tx, job.photo_id, "oss://a", NOON, upload_engine="wan2.2-s2v")
        facts = {"upload_engine": given} if given else {}
        await media.set_upload(tx, job.photo_id, "oss://b", NOON, **facts)
    photo = await media.get(database, job.photo_id)
    assert photo is not None
    assert (photo.upload_url, photo.upload_engine) == ("oss://b", kept)
