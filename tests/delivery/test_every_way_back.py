"""Every way a video was shown, and every way to take it back: each copy goes or is said to stay, no
message of anybody else is touched, and no button brings it again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.delivery.earlier_videos import VideoGone, WantedAs
from bot.delivery.package import with_private
from bot.telegram.destination import Destination
from storage.groups import borrowed_media, chats, decisions, reports
from storage.jobs import deliveries, videos
from storage.jobs.jobs import Job
from storage.people import deletion, people, preferences
from tests.delivery.conftest import ADA, OLGA, Setup
from tests.support.bot_api import Json
from tests.support.chats import text_of
from tests.support.texts import said

BEN = 7_002
SHOWN = ("first", "note", "last", "history", "as a note", "in private", "in a group that moved")
BACK = ("taken down", "objected to", "stopped by an administrator")
SHEEP = 12


@dataclass
class Shown:
    """A video of Ben's photo that Ada had made in a group, in which Ben writes as well."""

    there: Setup
    job: Job
    group_id: int

    async def messages(self) -> dict[tuple[int, int], Json]:
        """All that is to be seen, by chat and number."""
        return {
            (chat_id, message["message_id"]): message
            for chat_id in (self.group_id, ADA, OLGA)
            for message in await self.there.telegram.seen(chat_id)
        }

    async def copies(self) -> set[tuple[int, int]]:
        """The messages with the video."""
        kinds = {"video", "video_note", "document"}
        return {there for there, message in (await self.messages()).items() if kinds & set(message)}

    async def again(self, wanted_as: WantedAs, cause: str) -> None:
        where = with_private(Destination(self.job.chat_id), ADA)
        await self.there.earlier.send(self.job, cause, where, wanted_as)


async def shown(there: Setup, way: str) -> Shown:
    kind = "group" if "moved" in way else "supergroup"
    group = await there.telegram.new_group({"user_id": ADA}, type=kind)
    group_id = group["chat_id"]
    for chat_id in (group_id, ADA):
        for _ in range(SHEEP):
            await there.sender.send_text(Destination(chat_id), "a sheep")
            there.clock.advance(5)
    async with there.database.transaction() as tx:
        await preferences.choose(tx, ADA, {"reply_as": "note" if way == "note" else "video"})
    job = await there.rendered()
    async with there.database.transaction() as tx:
        values = {"chat_id": group_id, "photo": job.photo_id, "voice": job.voice_id}
        await tx.execute("UPDATE jobs SET chat_id = :chat_id, status_message_id = NULL", **values)
        await tx.execute("UPDATE media SET chat_id = :chat_id, message_id = 0", **values)
        await borrowed_media.borrow(tx, job.photo_id, BEN)
    if way == "in private":
        for method in ("sendVideo", "sendDocument"):
            there.telegram.fault(
                method, "bad_request", description="Bad Request: not enough rights to send it"
            )
    job = await there.deliver(job)
    assert job.state == "done"
    made = Shown(there, job, group_id)
    again = {"last": WantedAs.LAST, "history": WantedAs.VIDEO, "as a note": WantedAs.NOTE}
    if way in again:
        await made.again(again[way], "again:1")
    if "moved" in way:
        made = await moved(made)
    await there.again(job, WantedAs.REPORTED, "report:1:olga", OLGA)
    there.clock.advance(60)
    return made


async def moved(made: Shown) -> Shown:
    """What was shown in the old group is out of reach; a copy in the new one is not."""
    there = made.there
    new_id = (await there.telegram.post(f"/chats/{made.group_id}/migrate"))["chat_id"]
    async with there.database.transaction() as tx:
        await chats.move(tx, made.group_id, new_id)
    for _ in range(SHEEP):
        await there.sender.send_text(Destination(new_id), "a sheep")
        there.clock.advance(5)
    made = Shown(there, await there.job(made.job.id), new_id)
    await made.again(WantedAs.LAST, "again:1")
    return made


async def take_back(made: Shown, how: str) -> None:
    there, job = made.there, made.job
    async with there.database.transaction() as tx:
        if how == "taken down":
            assert await decisions.take_down(tx, job, OLGA) == []
        else:
            if how == "objected to":
                made_of = await borrowed_media.object_to_all(tx, made.group_id, BEN)
            else:
                made_of = await borrowed_media.stop(tx, [job.photo_id])
            assert await deliveries.take_back(tx, made_of, "update:1") == []
    await there.settle()


async def nothing_brings_it_again(made: Shown) -> None:
    before = await made.copies()
    for number, wanted_as in enumerate(WantedAs):
        with pytest.raises(VideoGone):
            await made.again(wanted_as, f"later:{number}")
    assert await made.copies() == before
    assert await videos.is_withdrawn(made.there.database, made.job)


@pytest.mark.sampled(every=4)
@pytest.mark.parametrize("how", BACK)
@pytest.mark.parametrize("way", SHOWN)
async def test_each_copy_goes_and_nothing_else(there: Setup, way: str, how: str) -> None:
    made = await shown(there, way)
    before, copies = await made.messages(), await made.copies()
    assert len(copies) == 2 + (way in ("last", "history", "as a note"))
    await take_back(made, how)
    after = await made.messages()
    assert set(before) - set(after) == copies
    read = [text_of(message) for message in after.values()]
    stays = said("video-stays") in read or said("video-stays-taken-down") in read
    assert stays == ("moved" in way), "what lies in the old group is said to stay"
    assert (said("video-taken-down") in read) == (how == "taken down" and "moved" not in way)
    await nothing_brings_it_again(made)


@pytest.mark.sampled(every=4)
@pytest.mark.parametrize("how", BACK)
@pytest.mark.parametrize("way", SHOWN)
async def test_each_copy_that_telegram_keeps_is_said_to_stay_where_it_lies(
    there: Setup, way: str, how: str
) -> None:
    made = await shown(there, way)
    before, copies = await made.messages(), await made.copies()
    too_old = "Bad Request: message can't be deleted"
    there.telegram.fault("deleteMessage", "bad_request", times=None, description=too_old)
    await take_back(made, how)
    after = await made.messages()
    assert set(before) <= set(after)
    key = "video-stays-taken-down" if how == "taken down" else "video-stays"
    answered = {
        (chat_id, message["reply_to_message"]["message_id"])
        for (chat_id, _), message in after.items()
        if text_of(message) == said(key) and "reply_to_message" in message
    }
    assert answered == {copy for copy in copies if copy[0] != OLGA}
    read = [text_of(message) for message in after.values()]
    assert said("video-taken-down") not in read
    told = any("stays in its chat" in text for text in read)
    assert told == (how == "taken down"), "the operator is told what stays"
    await nothing_brings_it_again(made)


@pytest.mark.sampled(every=5)
@pytest.mark.parametrize("reported", [False, True], ids=["unreported", "reported"])
@pytest.mark.parametrize("how", BACK)
@pytest.mark.parametrize("way", SHOWN)
async def test_of_a_maker_who_is_forgotten_each_copy_goes_whose_chat_is_known(
    there: Setup, way: str, how: str, *, reported: bool
) -> None:
    made = await shown(there, way)
    async with there.database.transaction() as tx:
        if reported:
            report = await reports.begin(tx, made.job, BEN, made.group_id)
            await reports.file(tx, report, "face", [])
        await deletion.forget(tx, ADA, -9)
    before, copies = await made.messages(), await made.copies()
    forgotten = Shown(there, await there.job(made.job.id), made.group_id)
    assert forgotten.job.chat_id == 0
    await take_back(forgotten, how)
    after = await made.messages()
    private = {copy for copy in copies if copy[0] == ADA}
    assert set(before) - set(after) == (copies if reported else copies - private)
    assert await videos.is_withdrawn(there.database, made.job)
    with pytest.raises(VideoGone):
        await there.again(forgotten.job, WantedAs.REPORTED, "report:2:olga", OLGA)


@pytest.mark.parametrize("how", [*BACK, "its maker is banned"])
async def test_what_is_still_being_sent_is_not_shown(there: Setup, how: str) -> None:
    job = await there.rendered()
    async with there.database.transaction() as tx:
        await borrowed_media.borrow(tx, job.photo_id, BEN)
        if how == "taken down":
            assert [one.id for one in await decisions.take_down(tx, job, OLGA)] == [job.id]
        elif how == "its maker is banned":
            await people.ban(tx, ADA, OLGA)
        else:
            await borrowed_media.stop(tx, [job.photo_id])
    job = await there.deliver(job)
    by_people = how in BACK[1:]
    assert (job.state, job.failure) == (
        "failed",
        "failed-objected" if by_people else "failed-withdrawn",
    )
    assert await there.videos() == []
    (book,) = [await there.ledger()]
    assert (book["held"], book["quota"]) == (0, job.billed_milliseconds)


async def test_what_is_made_again_of_the_same_is_taken_down_with_it(there: Setup) -> None:
    first = await there.deliver(await there.rendered())
    finer = await there.deliver(await there.rendered())
    async with there.database.transaction() as tx:
        await tx.execute(
            "UPDATE jobs SET photo_id = :photo, voice_id = :voice WHERE id = :id",
            id=finer.id,
            photo=first.photo_id,
            voice=first.voice_id,
        )
    assert len(await there.videos()) == 2
    async with there.database.transaction() as tx:
        await decisions.take_down(tx, first, OLGA)
    await there.settle()
    assert await there.videos() == []
    assert await videos.is_withdrawn(there.database, await there.job(finer.id))
