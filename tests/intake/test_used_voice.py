"""A voice that is used again: what its message says of an earlier video stays to be read."""

from __future__ import annotations

from bot.intake.replies import MediaReplies
from bot.telegram.destination import Destination
from storage import media
from storage.jobs import jobs, moves
from storage.jobs.jobs import Job
from tests.storage import orders
from tests.support.fake_services import Fakes


async def used_again(fakes: Fakes, first: Job) -> None:
    """Another photo is made to say what the voice of that job says."""
    async with fakes.database.transaction() as tx:
        order = await orders.order(tx, first.user_id)
        again = jobs.Order(
            **{
                name: getattr(order, name)
                for name in order.__dataclass_fields__
                if name not in ("request", "voice_id", "status_message_id")
            },
            request="again",
            voice_id=first.voice_id,
            status_message_id=None,
        )
        job = await orders.make(tx, again)
        assert job is not None


async def test_the_end_of_a_video_is_not_written_over(fakes: Fakes) -> None:
    wording = MediaReplies(common=fakes.common)
    job = await fakes.waiting_job()
    assert job.status_message_id is not None
    async with fakes.database.transaction() as tx:
        await media.set_reply(
            tx, job.voice_id, chat_id=job.chat_id, reply_message_id=job.status_message_id
        )
    await fakes.finisher.fail_task(await fakes.task_of(job), "failed-moderated")
    end = fakes.sender.messages[job.status_message_id].text
    assert "Nothing was charged" in end
    await used_again(fakes, job)
    voice = await media.get(fakes.database, job.voice_id)
    assert voice is not None
    await wording.say(voice)
    assert fakes.sender.messages[job.status_message_id].text == end


async def test_a_message_of_its_own_says_that_the_voice_is_used(fakes: Fakes) -> None:
    wording = MediaReplies(common=fakes.common)
    job = await fakes.waiting_job()
    own = await fakes.sender.send_text(Destination(job.chat_id), "Listening to your voice…")
    async with fakes.database.transaction() as tx:
        await media.set_reply(
            tx, job.voice_id, chat_id=own.chat_id, reply_message_id=own.message_id
        )
        await moves.announced(tx, job.id)
    voice = await media.get(fakes.database, job.voice_id)
    assert voice is not None
    await wording.say(voice)
    assert fakes.sender.messages[own.message_id].text.startswith("Got it: 5 s")
