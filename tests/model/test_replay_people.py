"""A reply that was lost, for what concerns people: no call made a second time changes anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from storage import media
from storage.db.database import Database, Transaction
from storage.groups import decisions, groups, reports
from storage.groups.reports import Report
from storage.jobs import jobs, moves
from storage.jobs.jobs import Job
from storage.media import Media
from storage.people import consents, data_export, deletion, people, preferences, pseudonyms
from storage.people.consents import Agreement
from storage.people.people import Person
from tests.model.conftest import PLACE, Arrange, Call, after, repeat
from tests.storage.orders import NOON, deliver, item, render, start

AGREEMENT = Agreement(1, "beijing", 1)
NEWER = Agreement(2, "beijing", 1)
KEY = b"key"


async def done_job(database: Database) -> Job:
    job = await render(database, await start(database), 4_000)
    await deliver(database, job)
    async with database.transaction() as tx:
        await moves.announced(tx, job.id)
        found = await jobs.get(tx, job.id)
    assert found is not None
    return found


async def waiting_photo(tx: Transaction) -> Media:
    made = await item(tx, "photo", PLACE)
    await consents.hold_back(tx, made)
    return made


async def ask(tx: Transaction) -> None:
    await consents.want_question(tx, PLACE, AGREEMENT, 5)


async def ask_and_say(tx: Transaction) -> None:
    await ask(tx)
    await consents.asked(tx, 1, chat_id=PLACE.chat_id, message_id=6)


async def hold_back(database: Database) -> Call:
    async with database.transaction() as tx:
        made = await item(tx, "photo", PLACE)
    return lambda tx: consents.hold_back(tx, made)


async def in_order(database: Database) -> Call:
    async with database.transaction() as tx:
        made = await item(tx, "photo", PLACE)
        await tx.execute("UPDATE media SET state = 'received'")
    return lambda tx: consents.keep_order(tx, made)


def about_report(
    call: Callable[[Transaction, Report], Awaitable[Any]], *, filed: bool = False
) -> Arrange:
    async def arrange(database: Database) -> Call:
        job = await done_job(database)
        async with database.transaction() as tx:
            report = await reports.begin(tx, job, 5, 1)
            if filed:
                await reports.file(tx, report, "face", [7])
                await decisions.take_down(tx, job, 7)
        return lambda tx: call(tx, report)

    return arrange


async def begin_report(database: Database) -> Call:
    job = await done_job(database)
    return lambda tx: reports.begin(tx, job, 5, 1)


def reported(
    call: Callable[[Transaction, Job], Awaitable[Any]], *, banned: bool = False
) -> Arrange:
    async def arrange(database: Database) -> Call:
        job = await done_job(database)
        async with database.transaction() as tx:
            report = await reports.begin(tx, job, 5, 1)
            await reports.file(tx, report, "face", [7])
            await reports.shown(tx, report, 7, 9)
            if banned:
                await people.ban(tx, 1, 7)
        return lambda tx: call(tx, job)

    return arrange


async def a_kept_report(database: Database) -> Call:
    job = await done_job(database)
    async with database.transaction() as tx:
        report = await reports.begin(tx, job, 5, 1)
        await reports.file(tx, report, "face", [7])
        await deletion.forget(tx, 1, -9)
        await decisions.dismiss(tx, job, 7)
        await tx.execute("UPDATE decisions SET at_milliseconds = 0")
    return reports.expire


async def forget(database: Database) -> Call:
    await done_job(database)
    return lambda tx: deletion.forget(tx, 1, -9)


def want_forgetting(tx: Transaction) -> Awaitable[Any]:
    return deletion.want(tx, 1, 1, 3, "en")


def file_face(tx: Transaction, report: Report) -> Awaitable[Any]:
    return reports.file(tx, report, "face", [7])


def number(tx: Transaction, until_milliseconds: int = NOON + 9) -> Awaitable[int]:
    return pseudonyms.take(tx, 1, KEY, until_milliseconds=until_milliseconds)


async def a_guest(database: Database) -> Call:
    async with database.transaction() as tx:
        await groups.let_in(tx, -5, 7)
    return lambda tx: groups.keep_out(tx, -5, 7)


async def an_arrival(database: Database) -> Call:
    async with database.transaction() as tx:
        await groups.note(tx, -5, 7)
    return lambda tx: groups.forget(tx, -5)


CALLS: dict[str, Arrange] = {
    "preferences.choose": after(
        None, lambda tx: preferences.choose(tx, 1, {"language": "en", "quiet": 1})
    ),
    "groups.choose": after(None, lambda tx: groups.choose(tx, -5, {"who": "list"})),
    "groups.let_in": after(None, lambda tx: groups.let_in(tx, -5, 7)),
    "groups.keep_out": a_guest,
    "groups.note": after(None, lambda tx: groups.note(tx, -5, 7)),
    "groups.introduced": after(None, lambda tx: groups.introduced(tx, -5)),
    "groups.set_lack": after(None, lambda tx: groups.set_lack(tx, -5, "videos")),
    "groups.forget": an_arrival,
    "people.remember": after(None, lambda tx: people.remember(tx, Person(1, "Ada", None, "en"))),
    "consents.give": after(None, lambda tx: consents.give(tx, 1, AGREEMENT, "en")),
    "consents.hold_back": hold_back,
    "consents.keep_order": in_order,
    "consents.wake": after(waiting_photo, lambda tx: consents.wake(tx, 1)),
    "consents.drop_media": after(waiting_photo, lambda tx: consents.drop_media(tx, 1)),
    "consents.want_question": after(None, ask),
    "consents.want_questions_anew": after(
        ask_and_say, lambda tx: consents.want_questions_anew(tx, 1, NEWER)
    ),
    "consents.asked": after(
        ask, lambda tx: consents.asked(tx, 1, chat_id=PLACE.chat_id, message_id=6)
    ),
    "consents.answered": after(ask_and_say, lambda tx: consents.answered(tx, 1, "agreed")),
    "consents.want_questions_in_new_chat": after(
        ask_and_say, lambda tx: consents.want_questions_in_new_chat(tx, PLACE.chat_id, -5)
    ),
    "consents.close_unasked": after(ask, lambda tx: consents.close_unasked(tx, PLACE.chat_id)),
    "consents.close_question": after(ask, lambda tx: consents.close_question(tx, 1)),
    "reports.begin": begin_report,
    "reports.asked": about_report(lambda tx, report: reports.asked(tx, report.id, 4)),
    "reports.file": about_report(file_face),
    "reports.shown": about_report(lambda tx, report: reports.shown(tx, report, 7, 9), filed=True),
    "reports.expire": a_kept_report,
    "decisions.take_down": reported(lambda tx, job: decisions.take_down(tx, job, 7)),
    "decisions.ban": reported(lambda tx, job: decisions.ban(tx, job, 1, 7)),
    "decisions.unban": reported(lambda tx, job: decisions.unban(tx, job, 1, 7), banned=True),
    "decisions.dismiss": reported(lambda tx, job: decisions.dismiss(tx, job, 7)),
    "people.ban": after(None, lambda tx: people.ban(tx, 1, 7)),
    "people.unban": after(lambda tx: people.ban(tx, 1, 7), lambda tx: people.unban(tx, 1)),
    "people.is_to_be_told": after(
        lambda tx: people.ban(tx, 1, 7), lambda tx: people.is_to_be_told(tx, 1)
    ),
    "deletion.want": after(None, want_forgetting),
    "deletion.drop_waiting": after(ask, lambda tx: deletion.drop_waiting(tx, 1)),
    "deletion.forget": forget,
    "deletion.said_to_wait": after(want_forgetting, lambda tx: deletion.said_to_wait(tx, 1)),
    "pseudonyms.take": after(None, number),
    "pseudonyms.expire": after(lambda tx: number(tx, NOON), pseudonyms.expire),
    "data_export.want": after(None, lambda tx: data_export.want(tx, "update:5", 1, 1, 3)),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_repeated_after_a_lost_reply_changes_nothing(
    database: Database, name: str
) -> None:
    await repeat(database, CALLS[name])


async def test_a_photo_that_goes_on_is_not_woken_twice(database: Database) -> None:
    async with database.transaction() as tx:
        made = await waiting_photo(tx)
        assert await consents.wake(tx, 1)
        current = await media.get(tx, made.id)
    assert current is not None
    assert (current.state, current.fault) == ("received", "consent")
