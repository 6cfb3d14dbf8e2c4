"""Buttons under the question about a long voice, and under its pieces."""

from __future__ import annotations

from bot.pipeline.long_voice import Plan
from bot.pipeline.wishes import wishes_of
from handlers.half_buttons import half_to_use
from handlers.pressing import Action, Press, TooLate
from storage import answers, excerpts
from storage.media import Media, MediaState


async def pick(pressed: Press) -> str:
    """pick:HALF has up to three pieces sent, to be listened to."""
    half, plan = await _asked(pressed)
    async with pressed.desk.database.transaction() as tx:
        new = await excerpts.want(tx, half.id, plan.excerpts)
    pressed.desk.nudge()
    return "answer-pieces-coming" if new else "answer-pieces-there"


async def piece(pressed: Press) -> str:
    """piece:HALF:NUMBER uses a piece that was sent."""
    half, _ = await _asked(pressed)
    chosen = await excerpts.get(pressed.desk.database, half.id, pressed.number(1))
    if chosen is None:
        raise TooLate
    async with pressed.desk.database.transaction() as tx:
        begin, length = chosen.from_milliseconds, chosen.length_milliseconds
        if not await answers.use_piece(tx, half.id, begin, length):
            raise TooLate
        await answers.want(tx, half.id, pressed.desk.clock.now_milliseconds())
    pressed.desk.nudge()
    return "answer-started"


async def in_parts(pressed: Press) -> str:
    """parts:HALF uses all of it, made in parts."""
    half, plan = await _asked(pressed)
    desk = pressed.desk
    price = (await wishes_of(desk.database, desk.terms, half.place)).price
    agreed = price.of(plan.length).quota_milliseconds
    async with desk.database.transaction() as tx:
        if not await answers.use_in_parts(tx, half.id, plan.length, agreed):
            raise TooLate
        await answers.want(tx, half.id, desk.clock.now_milliseconds())
    desk.nudge()
    return "answer-started"


async def _asked(pressed: Press) -> tuple[Media, Plan]:
    """The long sound of this button, as long as its question is open."""
    half = await half_to_use(pressed)
    plan = Plan.of(half)
    if plan is None or half.state != MediaState.ASKED:
        raise TooLate
    return half, plan


ACTIONS: dict[str, Action] = {"pick": pick, "piece": piece, "parts": in_parts}
