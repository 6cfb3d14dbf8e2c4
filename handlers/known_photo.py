"""The photo of somebody who only sends a voice: the one they used in this very group.

Never that of their private chat: what they made there is not for everybody here.
"""

from __future__ import annotations

from handlers.context import Visit
from storage import drafts, loans, media
from storage.media import MediaState


async def lay_known_photo(visit: Visit) -> None:
    """Into the draft, if it has none: the photo of their last video here, whichever the topic."""
    database = visit.desk.database
    if (await drafts.get(database, visit.place)).photo is not None:
        return
    photo = await media.last_used_photo(database, visit.user.id, visit.message.chat_id)
    if photo is None or photo.state != MediaState.READY or not await loans.may_use(database, photo):
        return
    async with database.transaction() as tx:
        await drafts.put(tx, photo, visit.desk.clock.now_milliseconds(), place=visit.place)
