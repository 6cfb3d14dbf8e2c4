"""Buttons under what is said of a photo or a sound: the answers to its question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from bot.media.lengths import LONGEST_MILLISECONDS, SHORTEST_MILLISECONDS
from handlers.pressing import Action, NotYours, Press, TooLate
from handlers.rights import require_use
from storage import answers, drafts, media
from storage.database import Transaction
from storage.media import Media, MediaState


async def check(pressed: Press) -> str:
    """check:HALF has a doubtful photo checked all the same."""
    return await _answered(pressed, answers.insist)


async def cut(pressed: Press) -> str:
    """cut:HALF:MILLISECONDS uses the beginning of a sound."""
    limit = pressed.number(1)
    if not SHORTEST_MILLISECONDS <= limit <= LONGEST_MILLISECONDS:
        raise TooLate
    return await _answered(pressed, partial(answers.shorten, limit_milliseconds=limit))


async def reopen(pressed: Press) -> str:
    """reopen:HALF tries once more what could not be used for the moment."""
    return await _answered(pressed, answers.reopen)


async def _answered(pressed: Press, answer: Callable[[Transaction, int], Awaitable[bool]]) -> str:
    """The half goes on with that answer, if it was asked for one; its sender wants it now."""
    half = await half_to_use(pressed)
    async with pressed.desk.database.transaction() as tx:
        if not await answer(tx, half.id):
            raise TooLate
        await answers.want(tx, half.id, pressed.desk.clock.now_milliseconds())
    pressed.desk.nudge()
    return "answer-started"


async def go_on(pressed: Press) -> str:
    """Yes to what was asked for its age: everything in its draft is wanted now."""
    half = await half_to_use(pressed)
    draft = await drafts.get(pressed.desk.database, half.place)
    current = draft.photo if half.is_photo else draft.sound
    if current is None or current.id != half.id:
        raise TooLate
    async with pressed.desk.database.transaction() as tx:
        now = pressed.desk.clock.now_milliseconds()
        if not await drafts.want(tx, half.place, now):
            raise TooLate
    pressed.desk.nudge()
    return "answer-started"


async def same_voice(pressed: Press) -> str:
    """The photo of the button with the voice of the last video."""
    photo = await half_to_use(pressed)
    sound = await half_to_use(pressed, 1)
    draft = await drafts.get(pressed.desk.database, photo.place)
    if draft.photo is None or draft.photo.id != photo.id or sound.state != MediaState.READY:
        raise TooLate
    async with pressed.desk.database.transaction() as tx:
        now = pressed.desk.clock.now_milliseconds()
        await drafts.put(tx, sound, now)
        await drafts.want(tx, photo.place, now)
        await media.announce_anew(tx, photo.id)
    pressed.desk.nudge()
    return "answer-started"


async def spend(pressed: Press) -> str:
    """spend:HALF:QUOTA goes on with a video that takes so much."""
    half = await half_to_use(pressed)
    quota = pressed.number(1)
    async with pressed.desk.database.transaction() as tx:
        now = pressed.desk.clock.now_milliseconds()
        if not await answers.agree(tx, half.id, quota):
            raise TooLate
        await drafts.want(tx, half.place, now)
    pressed.desk.nudge()
    return "answer-started"


async def not_now(pressed: Press) -> str:
    """notnow:HALF makes no video of this sound; the photo stays."""
    half = await own_half(pressed)
    if half.state != MediaState.ASKED:
        raise TooLate
    async with pressed.desk.database.transaction() as tx:
        await media.supersede(tx, half.id, "dropped")
        await drafts.drop(tx, half)
    pressed.desk.nudge()
    return "answer-dropped"


async def own_half(pressed: Press, position: int = 0) -> Media:
    """The half that this number of the button names; raises NotYours, TooLate."""
    half = await media.get(pressed.desk.database, pressed.number(position))
    if half is None:
        raise TooLate
    if half.user_id != pressed.user_id:
        raise NotYours
    return half


async def half_to_use(pressed: Press, position: int = 0) -> Media:
    """The same, where a video is to be made of it; raises NotForYou as well."""
    half = await own_half(pressed, position)
    await require_use(pressed, half.chat_id)
    return half


ACTIONS: dict[str, Action] = {
    "check": check,
    "cut": cut,
    "reopen": reopen,
    "again": same_voice,
    "goon": go_on,
    "spend": spend,
    "notnow": not_now,
}
