"""A reply that was lost, for what concerns people: no call made a second time changes anything."""

# ruff: noqa: ARG005  (all calls of a kind have one shape)

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from storage import bans, consents, export, forgetting, jobs, media, moves, pseudonyms, reports
from storage.consents import Agreement
from storage.database import Database, Transaction
from storage.jobs import Job
from storage.media import Media, Place
from storage.reports import Letter, Report
from tests.storage.orders import NOON, deliver, half, render, start

Call = Callable[[Transaction], Awaitable[Any]]
Arrange = Callable[[Database], Awaitable[Call]]

PLACE = Place(1, 0, 1)
AGREEMENT = Agreement(1, "beijing", 1)
NEWER = Agreement(2, "beijing", 1)
KEY = b"key"
LETTER = Letter(1, 7, 0)


async def everything(database: Database) -> dict[str, list[Any]]:
    tables = await database.fetch_all("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {row["name"]: await database.fetch_all(f"SELECT * FROM {row['name']}") for row in tables}


async def done_job(database: Database) -> Job:
    job = await render(database, await start(database), 4_000)
    await deliver(database, job)
    async with database.transaction() as tx:
        await moves.announced(tx, job.id)
        found = await jobs.get(tx, job.id)
    assert found is not None
    return found


async def waiting_half(tx: Transaction) -> Media:
    made = await half(tx, "photo", PLACE)
    await consents.hold_back(tx, made)
    return made


def simple(call: Call) -> Arrange:
    async def arrange(_: Database) -> Call:
        return call

    return arrange


def after(prepare: Callable[[Transaction], Awaitable[Any]], call: Call) -> Arrange:
    async def arrange(database: Database) -> Call:
        async with database.transaction() as tx:
            await prepare(tx)
        return call

    return arrange


async def ask(tx: Transaction) -> None:
    await consents.want_question(tx, PLACE, AGREEMENT, 5, NOON)


async def ask_and_say(tx: Transaction) -> None:
    await ask(tx)
    await consents.asked(tx, 1, chat_id=PLACE.chat_id, message_id=6)


async def hold_back(database: Database) -> Call:
    async with database.transaction() as tx:
        made = await half(tx, "photo", PLACE)
    return lambda tx: consents.hold_back(tx, made)


def about_report(
    call: Callable[[Transaction, Report], Awaitable[Any]], *, filed: bool = False
) -> Arrange:
    async def arrange(database: Database) -> Call:
        job = await done_job(database)
        async with database.transaction() as tx:
            report = await reports.begin(tx, job, 5, 1)
            if filed:
                await reports.file(tx, report, "face", [7], NOON, per_person_per_day=5)
                await reports.take_down(tx, job.id, 7, NOON)
        return lambda tx: call(tx, report)

    return arrange


async def begin_report(database: Database) -> Call:
    job = await done_job(database)
    return lambda tx: reports.begin(tx, job, 5, 1)


async def take_down(database: Database) -> Call:
    job = await done_job(database)
    return lambda tx: reports.take_down(tx, job.id, 7, NOON)


async def forget(database: Database) -> Call:
    await done_job(database)
    return lambda tx: forgetting.forget(tx, 1, -9)


def want_forgetting(tx: Transaction) -> Awaitable[Any]:
    return forgetting.want(tx, 1, 1, 3, "en")


def file_face(tx: Transaction, report: Report) -> Awaitable[Any]:
    return reports.file(tx, report, "face", [7], NOON, per_person_per_day=5)


def number(tx: Transaction) -> Awaitable[int]:
    return pseudonyms.take(tx, 1, KEY, until_milliseconds=NOON + 9, now_milliseconds=NOON)


CALLS: dict[str, Arrange] = {
    "consents.give": simple(lambda tx: consents.give(tx, 1, AGREEMENT, "en", NOON)),
    "consents.hold_back": hold_back,
    "consents.wake_halves": after(waiting_half, lambda tx: consents.wake_halves(tx, 1, NOON)),
    "consents.drop_halves": after(waiting_half, lambda tx: consents.drop_halves(tx, 1)),
    "consents.want_question": simple(ask),
    "consents.want_questions_anew": after(
        ask_and_say, lambda tx: consents.want_questions_anew(tx, 1, NEWER, NOON)
    ),
    "consents.asked": after(
        ask, lambda tx: consents.asked(tx, 1, chat_id=PLACE.chat_id, message_id=6)
    ),
    "consents.answered": after(ask_and_say, lambda tx: consents.answered(tx, 1, "agreed")),
    "consents.close_question": after(ask, lambda tx: consents.close_question(tx, 1)),
    "reports.begin": begin_report,
    "reports.asked": about_report(lambda tx, report: reports.asked(tx, report.id, 4)),
    "reports.file": about_report(file_face),
    "reports.end_letter": about_report(
        lambda tx, report: reports.end_letter(tx, LETTER, told=True), filed=True
    ),
    "reports.take_down": take_down,
    "reports.advance_takedown": about_report(
        lambda tx, report: reports.advance_takedown(tx, report.job_id, "removed"), filed=True
    ),
    "bans.ban": simple(lambda tx: bans.ban(tx, 1, 7, NOON)),
    "bans.unban": after(lambda tx: bans.ban(tx, 1, 7, NOON), lambda tx: bans.unban(tx, 1)),
    "bans.is_to_be_told": after(
        lambda tx: bans.ban(tx, 1, 7, NOON),
        lambda tx: bans.is_to_be_told(tx, 1, NOON, every_milliseconds=9),
    ),
    "forgetting.want": simple(want_forgetting),
    "forgetting.drop_waiting": after(ask, lambda tx: forgetting.drop_waiting(tx, 1)),
    "forgetting.drop_waiting_halves": after(
        waiting_half, lambda tx: forgetting.drop_waiting_halves(tx, 1, "dropped")
    ),
    "forgetting.forget": forget,
    "forgetting.move_on": after(want_forgetting, lambda tx: forgetting.move_on(tx, 1, "deleted")),
    "forgetting.close": after(want_forgetting, lambda tx: forgetting.close(tx, 1)),
    "pseudonyms.take": simple(number),
    "pseudonyms.expire": after(number, lambda tx: pseudonyms.expire(tx, NOON + 9)),
    "export.want": simple(lambda tx: export.want(tx, 1, 1, 3)),
    "export.sent": after(lambda tx: export.want(tx, 1, 1, 3), lambda tx: export.sent(tx, 1)),
}

COUNTING = {
    "consents.put_off_question",
    "reports.put_off_letter",
    "reports.put_off_takedown",
    "forgetting.put_off",
    "export.put_off",
}
"""One more try."""


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_repeated_after_a_lost_reply_changes_nothing(
    database: Database, name: str
) -> None:
    call = await CALLS[name](database)
    before = await everything(database)
    async with database.transaction() as tx:
        first = await call(tx)
    once = await everything(database)
    async with database.transaction() as tx:
        second = await call(tx)
    assert before != once
    assert await everything(database) == once
    assert second in (None, False) or second == first


def test_every_call_that_writes_is_repeated_here_or_named() -> None:
    written = {
        f"{module.__name__.removeprefix('storage.')}.{name}"
        for module in (consents, reports, bans, forgetting, pseudonyms, export)
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if not name.startswith("_")
        and function.__module__ == module.__name__
        and "tx" in inspect.signature(function).parameters
    }
    assert written == CALLS.keys() | COUNTING


async def test_a_half_that_goes_on_is_not_woken_twice(database: Database) -> None:
    async with database.transaction() as tx:
        made = await waiting_half(tx)
        assert await consents.wake_halves(tx, 1, NOON) == 1
        current = await media.get(tx, made.id)
    assert current is not None
    assert (current.state, current.fault) == ("received", None)
