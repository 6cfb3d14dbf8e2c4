"""Ten minutes without the provider, by the clock: people wait, nobody has to do anything."""

from __future__ import annotations

from typing import Any, cast

import pytest

from bot.dashscope.errors import InputNotFetched, Unanswered, Unsent
from bot.dashscope.upload import UploadedFile
from bot.gate import Wanted
from bot.intake.intake import Intake, policy_of
from bot.intake.outcome import MediaOutcome
from bot.media.errors import MediaNotNow, MediaWorkerKilled
from bot.media.worker.client import MediaWorkerNotStarted
from bot.retry import INTAKE
from bot.telegram.destination import Destination
from storage import drafts, due, media, media_answers
from storage.due import Due
from storage.media import ConversationKey, Media, ReceivedMedia
from tests.support.fake_services import Fakes
from tests.support.scripted_engine import success

ADA = ConversationKey(7, 0, 7)
AWAY = "I cannot reach the video service just now"
TEN_MINUTES = 600


class Everybody:
    """Has agreed, is nobody's pair, and needs no help with a photo."""

    async def check(self, wanted: Wanted) -> None:
        assert wanted.conversation == ADA

    async def pair(self, conversation: ConversationKey) -> None:
        assert conversation == ADA

    async def show(self, media_id: int) -> None:
        assert media_id


class Services:
    """Intake with a check that meets the network as it is."""

    def __init__(self, fakes: Fakes) -> None:
        self.fakes = fakes
        self.failure: Exception | None = Unsent("no connection")
        self.checks = 0
        everybody = cast(Any, Everybody())
        self.intake = Intake(common=fakes.common)
        self.intake.gate = self.intake.consent = everybody
        self.intake.photo_help = self.intake.pairing = everybody
        self.intake.check.photo = self.intake.check.voice = cast(Any, self)

    async def check(self, item: Media, data: bytes) -> MediaOutcome:
        """In the place of both checks."""
        assert data == item.file_id.encode()
        self.checks += 1
        if self.failure is not None:
            raise self.failure
        kept = UploadedFile("oss://photo.jpg", self.fakes.clock.now_milliseconds() + 10**8)
        return MediaOutcome.ready(
            {"upload_url": kept.url, "upload_expires_at_milliseconds": kept.expires_at_milliseconds}
        )

    async def photo(self) -> int:
        """A photo whose sender was told that it is looked at."""
        sent = await self.fakes.sender.send_text(Destination(ADA.chat_id), "Checking your photo…")
        arrival = ReceivedMedia("update:1", "photo", ADA, 1, None, "f", "u", 9)
        now = self.fakes.clock.now_milliseconds()
        async with self.fakes.database.transaction() as tx:
            await media.record(tx, arrival, not_before_milliseconds=now)
            item = await media.by_source(tx, arrival.source)
            assert item is not None
            await drafts.put(tx, item)
            await media.set_reply(
                tx, item.id, chat_id=sent.chat_id, reply_message_id=sent.message_id
            )
        return item.id

    async def pass_time(self, seconds: int) -> None:
        """In steps of two seconds; what is due is worked on, as the pipeline does."""
        for _ in range(seconds // 2 + 1):
            for item in await due.rows(self.fakes.database, Media, Due.MEDIA, 9):
                await self.intake.receive(item.id)
            self.fakes.clock.advance(2)


async def test_a_photo_waits_for_the_network_and_its_sender_is_told_once(fakes: Fakes) -> None:
    services = Services(fakes)
    media_id = await services.photo()
    heard: list[str] = []
    for _ in range(TEN_MINUTES // 10):
        await services.pass_time(10)
        (said,) = fakes.sender.to(ADA.chat_id)
        if heard[-1:] != [said]:
            heard.append(said)
    assert len(heard) == 1
    assert heard[0].startswith(AWAY)
    assert services.checks <= 12
    services.failure = None
    await services.pass_time(round(max(INTAKE.delays_seconds)) + 1)
    item = await media.get(fakes.database, media_id)
    assert item is not None
    assert item.state == "ready"
    (said,) = fakes.sender.to(ADA.chat_id)
    assert "Good photo" in said


async def test_after_half_an_hour_its_sender_decides(fakes: Fakes) -> None:
    services = Services(fakes)
    media_id = await services.photo()
    await services.pass_time(30 * 60)
    assert fakes.sender.to(ADA.chat_id)[0].startswith(AWAY)
    await services.pass_time(5 * 60)
    item = await media.get(fakes.database, media_id)
    assert item is not None
    assert (item.state, item.fault) == ("asked", "unreachable")
    (message,) = fakes.sender.messages.values()
    assert len(message.buttons) == 1
    async with fakes.database.transaction() as tx:
        assert await media_answers.reopen(tx, media_id)
    services.failure = None
    await services.pass_time(2)
    assert "Good photo" in fakes.sender.to(ADA.chat_id)[0]


@pytest.mark.parametrize(
    "failure", [MediaWorkerNotStarted("it does not start"), MediaWorkerKilled("it was killed")]
)
async def test_a_photo_that_nothing_can_open_is_not_blamed_and_the_operator_is_told(
    fakes: Fakes, failure: MediaNotNow
) -> None:
    services = Services(fakes)
    media_id = await services.photo()
    services.failure = failure
    await services.pass_time(20)
    assert fakes.sender.to(ADA.chat_id)[0].startswith("I cannot open this just now.")
    await services.pass_time(10 * 60)
    (message,) = fakes.sender.messages.values()
    assert message.text.startswith("I cannot open pictures at the moment.")
    assert len(message.buttons) == 1
    await fakes.post()
    (told,) = fakes.told()
    assert "talking-photo doctor" in told
    async with fakes.database.transaction() as tx:
        assert await media_answers.reopen(tx, media_id)
    services.failure = None
    await services.pass_time(2)
    assert "Good photo" in fakes.sender.to(ADA.chat_id)[0]


def test_the_service_is_tried_for_half_an_hour_and_an_unread_file_four_times() -> None:
    assert 1_800 <= sum(INTAKE.delays_seconds) <= 2_100
    assert policy_of(Unanswered("503")) is INTAKE
    assert policy_of(InputNotFetched("400")).delay_seconds(4) is not None
    assert policy_of(InputNotFetched("400")).delay_seconds(5) is None


async def test_videos_wait_in_the_queue_and_the_provider_is_not_stormed(fakes: Fakes) -> None:
    waiting = [await fakes.waiting_job(user_id) for user_id in range(1, 6)]
    fakes.engine.refusal = Unsent("no connection")
    async with fakes.open():
        for _ in range(TEN_MINUTES // 5):
            fakes.clock.advance(5)
            await fakes.rounds(1)

        async def all_wait() -> bool:
            return {(await fakes.task_of(job)).state for job in waiting} == {"ready"}

        await fakes.until(all_wait)
        attempts = len(fakes.engine.submitted)
        assert 5 <= attempts <= 20, "together, not five times as many"
        fakes.engine.refusal = None
        fakes.engine.will_answer([success()] * 50)
        fakes.clock.advance(60)
        await fakes.until(lambda: len(fakes.engine.submitted) > attempts)


async def test_a_video_that_is_being_made_is_not_lost_by_ten_minutes_of_silence(
    fakes: Fakes,
) -> None:
    task = await fakes.running_task()
    silence: list[Any] = [Unanswered("no answer")] * (TEN_MINUTES // 5)
    fakes.engine.will_answer([*silence, success()], every_seconds=5.0)
    await fakes.watch.watch(task)
    assert (await fakes.task(task.id)).state == "fetching"
    assert fakes.told() == []
