"""What people answer to questions about what they sent: use it, or a part of it, or go on.

Each answers one question, once: a second time, or without the question, nothing changes.
"""

from __future__ import annotations

from storage.db.database import Transaction
from storage.media import LATE, STALE

_READY = {"state": "ready", "fault": None, "fault_detail": None, "announced": 0}


async def agree(tx: Transaction, media_id: int, quota_milliseconds: int) -> bool:
    """Its sender agrees to a video of so much quota; False when that was not asked."""
    agreed = {**_READY, "agreed_quota_milliseconds": quota_milliseconds}
    return await tx.update("media", agreed, id=media_id, state="asked", fault="confirm")


async def forget_agreement(tx: Transaction, media_id: int) -> None:
    """The video that its sender agreed to is being made: another one is another question."""
    await tx.update("media", {"agreed_quota_milliseconds": 0}, id=media_id)


async def offer_crops(tx: Transaction, media_id: int, crops: str) -> None:
    """The parts that its sender may choose among (JSON); those offered first stand."""
    await tx.update("media", {"crops": crops}, id=media_id, crops=None)


async def set_help(tx: Transaction, media_id: int, message_id: int) -> None:
    """The picture that shows what is wrong with it was sent."""
    await tx.update("media", {"help_message_id": message_id}, id=media_id)


async def use_crop(tx: Transaction, media_id: int, crop: str) -> bool:
    """Only this part of it, which was offered, is to be used; False where it is in use, or was
    replaced.
    """
    anew = {"state": "received", "insisted": 0, "tries": 0, "not_before_milliseconds": 0}
    used = {**_READY, **anew, "crop": crop}
    return await tx.update("media", used, id=media_id, state=("asked", "refused"))


async def insist(tx: Transaction, media_id: int) -> bool:
    """The person wants it checked in spite of the doubt; False when nothing was asked."""
    return await reopen(tx, media_id, insisted=1)


async def shorten(tx: Transaction, media_id: int, limit_milliseconds: int) -> bool:
    """Only the beginning is to be used, of the clip where one was chosen; False when nothing was
    asked.
    """
    sql = """
        UPDATE media SET state = 'received', tries = 0, limit_milliseconds = :limit, in_parts = 0,
            from_milliseconds =
                CASE WHEN :limit <= limit_milliseconds THEN from_milliseconds ELSE 0 END
        WHERE id = :id AND state = 'asked' AND kind = 'voice'
        """
    return await tx.change(sql, id=media_id, limit=limit_milliseconds)


async def use_clip(
    tx: Transaction, media_id: int, span: tuple[int, int], quota_milliseconds: int
) -> bool:
    """Only this piece of it is to be used, for so much quota; False when nothing was asked."""
    begin, end = span
    clip = {"from_milliseconds": begin, "limit_milliseconds": end - begin, "in_parts": 0}
    return await reopen(tx, media_id, agreed_quota_milliseconds=quota_milliseconds, **clip)


async def use_in_parts(
    tx: Transaction, media_id: int, duration_milliseconds: int, quota_milliseconds: int
) -> bool:
    """All of it is to be used, cut as its plan says, for so much quota; False as above."""
    parts = {"limit_milliseconds": None, "from_milliseconds": 0, "in_parts": 1}
    facts = {
        "duration_milliseconds": duration_milliseconds,
        "agreed_quota_milliseconds": quota_milliseconds,
        "upload_expires_at_milliseconds": 0,
    }
    return await tx.update("media", {**_READY, **parts, **facts}, id=media_id, state="asked")


async def reopen(tx: Transaction, media_id: int, **choice: int) -> bool:
    """An asked media item is tried once more; `choice` are the columns that the answer changes.
    False when nothing was asked.
    """
    again = {"state": "received", "tries": 0, **choice}
    return await tx.update("media", again, id=media_id, state="asked")


async def want(tx: Transaction, media_id: int) -> None:
    """Its sender asks for it now."""
    await tx.update("media", {"wanted_at_milliseconds": tx.now_milliseconds}, id=media_id)


async def wake(tx: Transaction, media_id: int) -> bool:
    """A late or stale media item goes on; False when its age was not what was asked about."""
    begun = {"state": "received", "fault": None, "tries": 0, "not_before_milliseconds": 0}
    return await tx.update("media", begun, id=media_id, state="asked", fault=LATE) or (
        await tx.update("media", _READY, id=media_id, state="asked", fault=STALE)
    )
