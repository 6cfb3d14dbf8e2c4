"""A reply that was lost, for photos and voices: no call made a second time changes anything."""

# ruff: noqa: ARG005  (all calls of a kind have one shape)

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from storage import drafts, media, media_answers, verdicts
from storage.db.database import Database, Transaction
from storage.groups import borrowed_media
from storage.jobs.jobs import Job
from storage.media import Media, ReceivedMedia
from storage.people import consents
from storage.verdicts import KnownVerdict
from tests.model.conftest import PLACE, Arrange, Call, after, repeat
from tests.storage.orders import CAPS, NOON, item, start


def of_item(state: str, kind: str, call: Callable[[Transaction, Media], Awaitable[Any]]) -> Arrange:
    """A call about a photo or a voice in this state."""

    async def arrange(database: Database) -> Call:
        async with database.transaction() as tx:
            made = await item(tx, kind, PLACE)
            await tx.execute(
                "UPDATE media SET state = :state, fault = 'quota' WHERE id = :id",
                id=made.id,
                state=state,
            )
        return lambda tx: call(tx, made)

    return arrange


async def waits_for_consent(tx: Transaction) -> None:
    await consents.hold_back(tx, await item(tx, "photo", PLACE))


async def preparing(database: Database) -> Job:
    return await start(database)


VERDICT = KnownVerdict(1, None, None, None)


ARRIVAL = ReceivedMedia("update:r", "photo", PLACE, 1, None, "f", "u", 9)


async def an_offer(database: Database) -> Call:
    async with database.transaction() as tx:
        made = await item(tx, "photo", PLACE)
        await tx.execute("UPDATE media SET state = 'refused', crops = '[[0, 0, 9, 9]]'")
    return lambda tx: media_answers.use_crop(tx, made.id, "[0, 0, 9, 9]")


async def a_booked_check(database: Database) -> Call:
    async with database.transaction() as tx:
        photo = await item(tx, "photo", PLACE)
        bookings = [
            await verdicts.count_check(
                tx,
                user_id=1,
                media_id=photo.id,
                picture_sha256="p",
                model="m",
                micro_yuan=4_000,
                zone=CAPS.zone,
            )
            for _ in range(2)
        ]
    return lambda tx: verdicts.uncount_check(tx, bookings[0])


def a_loan(
    call: Callable[[Transaction, media.Media], Awaitable[Any]], *, objecting: bool = False
) -> Arrange:
    async def arrange(database: Database) -> Call:
        job = await preparing(database)
        async with database.transaction() as tx:
            photo = await media.get(tx, job.photo_id)
            assert photo is not None
            await borrowed_media.borrow(tx, photo.id, 8)
            if objecting:
                await borrowed_media.object_to_all(tx, photo.chat_id, 8)
        return lambda tx: call(tx, photo)

    return arrange


async def a_question_of_cost(database: Database) -> Call:
    async with database.transaction() as tx:
        voice = await item(tx, "voice", PLACE)
        await media.ask_again(tx, voice.id, "confirm")
    return lambda tx: media_answers.agree(tx, voice.id, 7_000)


def of_long_sound(call: Callable[[Transaction, media.Media], Awaitable[Any]]) -> Arrange:
    async def arrange(database: Database) -> Call:
        async with database.transaction() as tx:
            made = await item(tx, "voice", PLACE)
            await tx.execute(
                "UPDATE media SET state = 'asked', plan = '{}' WHERE id = :id", id=made.id
            )
        return lambda tx: call(tx, made)

    return arrange


CALLS: dict[str, Arrange] = {
    "media_answers.use_clip": of_long_sound(
        lambda tx, m: media_answers.use_clip(tx, m.id, (5, 900), 9)
    ),
    "media_answers.use_in_parts": of_long_sound(
        lambda tx, m: media_answers.use_in_parts(tx, m.id, 30_000, 9)
    ),
    "media.record": after(None, lambda tx: media.record(tx, ARRIVAL, not_before_milliseconds=NOON)),
    "media.set_reply": of_item(
        "received",
        "photo",
        lambda tx, m: media.set_reply(tx, m.id, chat_id=m.chat_id, reply_message_id=4),
    ),
    "media.ready": of_item(
        "received", "voice", lambda tx, m: media.ready(tx, m.id, duration_milliseconds=7)
    ),
    "media.refuse": of_item("received", "photo", lambda tx, m: media.refuse(tx, m.id, "gone")),
    "media.ask": of_item("received", "photo", lambda tx, m: media.ask(tx, m.id, "ask-no-face")),
    "media.ask_again": of_item("ready", "voice", lambda tx, m: media.ask_again(tx, m.id, "quota")),
    "media_answers.agree": a_question_of_cost,
    "media_answers.forget_agreement": of_item(
        "ready", "voice", lambda tx, m: media_answers.forget_agreement(tx, m.id)
    ),
    "media.announce_anew": of_item("ready", "photo", lambda tx, m: media.announce_anew(tx, m.id)),
    "media.announced": of_item(
        "ready", "photo", lambda tx, m: media.announced(tx, replace(m, fault="quota"))
    ),
    "media_answers.insist": of_item("asked", "photo", lambda tx, m: media_answers.insist(tx, m.id)),
    "media_answers.shorten": of_item(
        "asked", "voice", lambda tx, m: media_answers.shorten(tx, m.id, 3_000)
    ),
    "media_answers.offer_crops": of_item(
        "asked", "photo", lambda tx, m: media_answers.offer_crops(tx, m.id, "[]")
    ),
    "media_answers.set_help": of_item(
        "asked", "photo", lambda tx, m: media_answers.set_help(tx, m.id, 4)
    ),
    "media_answers.use_crop": an_offer,
    "media_answers.reopen": of_item("asked", "voice", lambda tx, m: media_answers.reopen(tx, m.id)),
    "media.set_upload": of_item("ready", "photo", lambda tx, m: media.set_upload(tx, m.id, "o", 1)),
    "media.supersede": of_item("asked", "photo", lambda tx, m: media.supersede(tx, m.id)),
    "media.drop_waiting": after(waits_for_consent, lambda tx: media.drop_waiting(tx, PLACE)),
    "media.drop_unready": after(
        waits_for_consent, lambda tx: media.drop_unready(tx, "dropped", user_id=PLACE.user_id)
    ),
    "drafts.put": of_item("received", "photo", lambda tx, m: drafts.put(tx, m)),
    "drafts.drop": of_item("refused", "photo", lambda tx, m: drafts.drop(tx, m)),
    "drafts.clear": of_item("asked", "photo", lambda tx, m: drafts.clear(tx, PLACE)),
    "verdicts.uncount_check": a_booked_check,
    "verdicts.store": after(None, lambda tx: verdicts.store(tx, "hash", "model", VERDICT)),
    "borrowed_media.borrow": of_item(
        "ready", "photo", lambda tx, m: borrowed_media.borrow(tx, m.id, 8)
    ),
    "borrowed_media.object_to_all": a_loan(
        lambda tx, m: borrowed_media.object_to_all(tx, m.chat_id, 8)
    ),
    "borrowed_media.stop_everywhere": a_loan(lambda tx, m: borrowed_media.stop_everywhere(tx, 8)),
    "borrowed_media.stop": a_loan(lambda tx, m: borrowed_media.stop(tx, [m.id])),
    "borrowed_media.allow": a_loan(
        lambda tx, m: borrowed_media.allow(tx, m.chat_id, 8), objecting=True
    ),
}

COUNTING = {"verdicts.count_check": "one more check that may be billed"}
"""Calls whose second time is meant to count, or cannot be."""

MAY_CHANGE_NOTHING = {"drafts.put", "media.announce_anew", "media_answers.forget_agreement"}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_repeated_after_a_lost_reply_changes_nothing(
    database: Database, name: str
) -> None:
    await repeat(database, CALLS[name], may_change_nothing=name in MAY_CHANGE_NOTHING)
