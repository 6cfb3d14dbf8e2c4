"""A photo of which a part was chosen is made anew as that part, whenever a copy is needed."""

from __future__ import annotations

from bot.media import calls
from bot.media.exchange import NormalisedPicture
from tests.support.fake_services import Fakes


async def test_a_copy_that_expired_is_made_of_the_same_part(fakes: Fakes) -> None:
    job = await fakes.waiting_job()
    async with fakes.database.transaction() as tx:
        await tx.execute(
            "UPDATE media SET upload_expires_at_milliseconds = 0, crop = '[1, 2, 301, 402]'"
            " WHERE id = :id",
            id=job.photo_id,
        )
    cuts = []

    def normalise_part(data: bytes, crop: tuple[int, int, int, int]) -> NormalisedPicture:
        cuts.append(crop)
        return NormalisedPicture(data + b"part", 400, 400, "", enlarged=True, faces=())

    worker = fakes.media_worker
    worker.instead = {**worker.instead, calls.normalise_part: normalise_part}
    task = await fakes.task_of(job)
    await fakes.preparation.prepare(task)
    assert cuts == [(1, 2, 301, 402)]
    assert await fakes.preparation.ticket(task)
