"""What was said of a half is remembered as said; what came of it meanwhile is not."""

from __future__ import annotations

from storage import drafts, due, media
from storage.db.database import Database
from storage.due import Due
from storage.media import ConversationKey, Media
from tests.storage.orders import item
from tests.support.clock import FakeClock

HERE = ConversationKey(1, 0, 1)


async def test_a_question_that_came_up_while_it_was_spoken_of_is_still_to_be_asked(
    database: Database,
) -> None:
    async with database.transaction() as tx:
        spoken_of = await item(tx, "voice", HERE)
        await media.ask_again(tx, spoken_of.id, "confirm")
        assert not await media.announced(tx, spoken_of)
    (left,) = await due.rows(database, Media, Due.UNANNOUNCED_MEDIA, 9)
    assert left.fault == "confirm"
    async with database.transaction() as tx:
        assert await media.announced(tx, left)
    assert await due.rows(database, Media, Due.UNANNOUNCED_MEDIA, 9) == []


async def test_a_button_that_was_pressed_before_its_message_was_known_to_be_there_is_heeded(
    database: Database, clock: FakeClock
) -> None:
    async with database.transaction() as tx:
        spoken_of = await item(tx, "photo", HERE)
    clock.advance(1)
    async with database.transaction() as tx:
        await drafts.want(tx, HERE)
        await media.announce_anew(tx, spoken_of.id)
        assert not await media.announced(tx, spoken_of)
    (left,) = await due.rows(database, Media, Due.UNANNOUNCED_MEDIA, 9)
    async with database.transaction() as tx:
        assert await media.announced(tx, left)
