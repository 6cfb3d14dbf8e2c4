"""A group that became a supergroup is one chat with a new id, everywhere."""

from __future__ import annotations

from storage import drafts, media, media_answers
from storage.db.database import Database
from storage.groups import chats
from storage.jobs import jobs
from storage.media import LATE, ConversationKey, ReceivedMedia
from tests.storage import orders

OLD, NEW, USER = -4_001, -1_004_001, 7
THERE, HERE = ConversationKey(OLD, 0, USER), ConversationKey(NEW, 0, USER)


async def move(database: Database) -> bool:
    async with database.transaction() as tx:
        return await chats.move(tx, OLD, NEW)


async def item(database: Database, kind: str, conversation: ConversationKey) -> media.Media:
    async with database.transaction() as tx:
        return await orders.item(tx, kind, conversation)


async def test_halves_drafts_and_jobs_go_along(database: Database) -> None:
    photo = await item(database, "photo", THERE)
    job = await orders.start(database)
    async with database.transaction() as tx:
        await media.set_reply(tx, photo.id, chat_id=photo.chat_id, reply_message_id=55)
        await tx.execute("UPDATE jobs SET chat_id = :old, status_message_id = 9", old=OLD)
        await chats.mark_dead(tx, OLD, "gone")
    assert await move(database)

    moved = await jobs.get(database, job.id)
    assert moved is not None
    assert (moved.chat_id, moved.status_message_id) == (NEW, None)
    draft = await drafts.get(database, HERE)
    assert draft.photo is not None
    assert (draft.photo.message_id, draft.photo.reply_message_id) == (0, None)
    assert (await drafts.get(database, THERE)).photo is None
    assert not await chats.is_dead(database, OLD)


async def test_hearing_it_twice_changes_nothing_more(database: Database) -> None:
    await item(database, "photo", THERE)
    assert await move(database)
    later = await item(database, "voice", HERE)
    assert not await move(database)
    draft = await drafts.get(database, HERE)
    assert draft.voice is not None
    assert draft.voice.message_id == later.message_id, "messages of the new chat keep their ids"


async def test_a_draft_begun_in_the_new_chat_meanwhile_stays(database: Database) -> None:
    await item(database, "photo", THERE)
    newer = await item(database, "photo", HERE)
    assert await move(database)
    draft = await drafts.get(database, HERE)
    assert draft.photo is not None
    assert draft.photo.id == newer.id


async def test_what_still_comes_under_the_old_id_belongs_to_the_new_chat(
    database: Database,
) -> None:
    assert await move(database)
    straggler = await item(database, "photo", THERE)
    assert straggler.chat_id == NEW


async def test_a_late_half_waits_for_its_sender_and_remembers_when_it_was_sent(
    database: Database,
) -> None:
    arrival = ReceivedMedia("update:900", "photo", THERE, 1, None, "f", "u", 9, orders.NOON - 5_000)
    async with database.transaction() as tx:
        await media.record(tx, arrival, not_before_milliseconds=0, late=True)
    stored = await media.by_source(database, "update:900")
    assert stored is not None
    assert (stored.state, stored.fault) == ("asked", LATE)
    assert stored.wanted_at_milliseconds == orders.NOON - 5_000
    async with database.transaction() as tx:
        assert await media_answers.wake(tx, stored.id)
        assert not await media_answers.wake(tx, stored.id)
    woken = await media.get(database, stored.id)
    assert woken is not None
    assert woken.state == "received"
