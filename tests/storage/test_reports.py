"""What a report keeps of a maker who is forgotten, and for how long."""

from __future__ import annotations

import pytest

from storage import outbox
from storage.db.database import Database
from storage.groups import borrowed_media, decisions, reports
from storage.groups.reports import Report
from storage.jobs import deliveries, jobs, videos
from storage.jobs.jobs import Job
from storage.people import deletion
from tests.storage import orders
from tests.support.clock import FakeClock

ADA, ADMIN, EVE, NOBODY = 1, 7, 8, -9
GROUP = -100
DAY_SECONDS = 24 * 3600.0


async def reported(database: Database, *, filed: bool = True) -> Job:
    """Ada's video of Eve's photo, in her private chat and in a group; Eve reported it."""
    job = await orders.render(database, await orders.start(database, ADA), 4_000)
    await orders.deliver(database, job)
    async with database.transaction() as tx:
        await borrowed_media.borrow(tx, job.photo_id, EVE)
        await deliveries.sending(tx, job, "resend:1", deliveries.Form.VIDEO, GROUP)
        await deliveries.sent(tx, "resend:1", deliveries.Form.VIDEO, 5)
        if filed:
            report = await reports.begin(tx, job, EVE, GROUP)
            await reports.file(tx, report, "face", [ADMIN])
        await deletion.forget(tx, ADA, NOBODY)
    found = await jobs.get(database, job.id)
    assert found is not None
    return found


async def chats(database: Database, job: Job) -> list[int]:
    return [delivery.chat_id for delivery in await deliveries.shown(database, job.id)]


async def kept(database: Database) -> list[int | None]:
    return [one.maker_id for one in await database.every(Report, "SELECT * FROM reports")]


async def test_without_a_report_nothing_leads_to_the_private_chat(database: Database) -> None:
    job = await reported(database, filed=False)
    assert await chats(database, job) == [0, GROUP]


async def test_it_keeps_what_is_needed_until_a_week_has_passed(
    database: Database, clock: FakeClock
) -> None:
    job = await reported(database)
    for day in range(7):
        await database.do(reports.expire)
        assert (await chats(database, job), await kept(database)) == ([ADA, GROUP], [ADA]), day
        clock.advance(DAY_SECONDS)
    await database.do(reports.expire)
    assert (await chats(database, job), await kept(database)) == ([0, GROUP], [None])


async def test_a_second_report_counts_from_its_own_day(
    database: Database, clock: FakeClock
) -> None:
    job = await reported(database)
    async with database.transaction() as tx:
        await tx.execute(
            "INSERT INTO reports (job_id, reporter_id, chat_id, reason, filed_at_milliseconds,"
            " maker_id) VALUES (:id, 5, 0, 'other', :at, :maker)",
            id=job.id,
            at=tx.now_milliseconds + 3 * 24 * 3_600_000,
            maker=ADA,
        )
    clock.advance(8 * DAY_SECONDS)
    await database.do(reports.expire)
    assert (await chats(database, job), await kept(database)) == ([ADA, GROUP], [ADA, ADA])
    clock.advance(2 * DAY_SECONDS)
    await database.do(reports.expire)
    assert (await chats(database, job), await kept(database)) == ([0, GROUP], [None, None])


@pytest.mark.parametrize("decided", ["taken down", "banned", "dismissed"])
async def test_it_goes_an_hour_after_it_was_answered_and_done(
    database: Database, clock: FakeClock, decided: str
) -> None:
    job = await reported(database)
    async with database.transaction() as tx:
        if decided == "taken down":
            assert await decisions.take_down(tx, job, ADMIN) == []
        elif decided == "banned":
            assert await decisions.ban(tx, job, ADA, ADMIN)
        else:
            assert await decisions.dismiss(tx, job, ADMIN)
    await database.do(reports.expire)
    assert await kept(database) == [ADA], "who took it down may want to ban its maker"
    clock.advance(3601)
    await database.do(reports.expire)
    assert await kept(database) == [ADA if decided == "taken down" else None], "it is not done yet"
    for entry in await outbox.due(database, 9):
        await database.do(outbox.end, entry, done=True)
    await database.do(reports.expire)
    assert (await chats(database, job), await kept(database)) == ([0, GROUP], [None])


async def test_whoever_is_in_it_can_object_after_its_maker_is_forgotten(database: Database) -> None:
    job = await reported(database)
    made = await database.do(borrowed_media.object_to_all, GROUP, EVE)
    assert [one.id for one in made] == [job.id]
    assert await videos.is_stopped(database, job)


async def test_a_decision_is_made_once_and_shown_to_everyone_who_was_shown_the_report(
    database: Database,
) -> None:
    job = await reported(database)
    async with database.transaction() as tx:
        (report,) = await tx.every(Report, "SELECT * FROM reports")
        for admin_id in (ADMIN, ADMIN + 1):
            await reports.shown(tx, report, admin_id, 40 + admin_id)
    for entry in await outbox.due(database, 9):
        await database.do(outbox.end, entry, done=True)
    assert await database.do(decisions.dismiss, job, ADMIN)
    assert not await database.do(decisions.dismiss, job, ADMIN + 1)
    assert not await database.do(decisions.unban, job, ADA, ADMIN)
    told = [e.chat_id for e in await outbox.due(database, 9) if e.unique_key.endswith(":1")]
    assert sorted(told) == [ADMIN, ADMIN + 1]
    made = await decisions.of_job(database, job.id)
    assert [(one.decision, one.admin_id) for one in made] == [("dismiss", ADMIN)]
