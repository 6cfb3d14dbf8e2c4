"""Buttons under the picture that shows what is wrong with a photo: use a part of it."""

from __future__ import annotations

import json

from handlers.half_buttons import half_to_use
from handlers.pressing import Action, Press, TooLate
from storage import answers, drafts


async def use_crop(pressed: Press) -> str:
    """crop:HALF:PLACE uses the part that was offered at that place.

    A refused photo had left the draft: it comes back, unless its owner sent another one since.
    """
    half = await half_to_use(pressed)
    crops = json.loads(half.crops or "[]")
    place = pressed.number(1)
    if place >= len(crops):
        raise TooLate
    async with pressed.desk.database.transaction() as tx:
        draft = await drafts.get(tx, half.place)
        if draft.photo is not None and draft.photo.id != half.id:
            raise TooLate
        if not await answers.use_crop(tx, half.id, json.dumps(crops[place])):
            raise TooLate
        now = pressed.desk.clock.now_milliseconds()
        await answers.want(tx, half.id, now)
        await drafts.put(tx, half, now)
    pressed.desk.nudge()
    return "answer-started"


ACTIONS: dict[str, Action] = {"crop": use_crop}
