"""Buttons under what is said of a photo or a voice: the answers to its question."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial

from bot.gate import Way
from bot.intake.clips import want_clips
from bot.intake.inputs import plan_of
from bot.media.exchange import SoundPlan
from bot.media.sound.lengths import LONGEST_MILLISECONDS, SHORTEST_MILLISECONDS
from handlers.access import admit
from handlers.button_press import ButtonPress, NotYours, TooLate
from storage import drafts, media, media_answers
from storage.db.database import Transaction
from storage.media import Media, MediaState


async def check(pressed: ButtonPress) -> str:
    """check:ITEM has a doubtful photo checked all the same."""
    return await _answered(
        pressed, await item_to_use(pressed, Way.CHECK_ANYWAY), media_answers.insist
    )


async def cut(pressed: ButtonPress) -> str:
    """cut:ITEM:MILLISECONDS uses the beginning of a voice."""
    limit = pressed.number(1)
    if not SHORTEST_MILLISECONDS <= limit <= LONGEST_MILLISECONDS:
        raise TooLate
    shorten = partial(media_answers.shorten, limit_milliseconds=limit)
    return await _answered(pressed, await item_to_use(pressed, Way.BEGINNING), shorten)


async def reopen(pressed: ButtonPress) -> str:
    """reopen:ITEM tries once more what could not be used for the moment."""
    return await _answered(pressed, await item_to_use(pressed, Way.REOPEN), media_answers.reopen)


async def _answered(
    pressed: ButtonPress, item: Media, answer: Callable[[Transaction, int], Awaitable[bool]]
) -> str:
    """The item goes on with that answer, if it was asked for one; its sender wants it now."""
    async with pressed.services.recording() as tx:
        if not await answer(tx, item.id):
            raise TooLate
        await media_answers.want(tx, item.id)
    return "answer-started"


async def go_on(pressed: ButtonPress) -> str:
    """Yes to what was asked for its age: everything in its draft is wanted now."""
    item = await item_to_use(pressed, Way.GO_ON)
    draft = await drafts.get(pressed.database, item.conversation)
    current = draft.photo if item.is_photo else draft.voice
    if current is None or current.id != item.id:
        raise TooLate
    async with pressed.services.recording() as tx:
        if not await drafts.want(tx, item.conversation):
            raise TooLate
    return "answer-started"


async def same_voice(pressed: ButtonPress) -> str:
    """The photo of the button with the voice of the last video."""
    photo = await item_to_use(pressed, Way.SAME_VOICE)
    voice = await item_to_use(pressed, Way.SAME_VOICE, 1)
    draft = await drafts.get(pressed.database, photo.conversation)
    if draft.photo is None or draft.photo.id != photo.id or voice.state != MediaState.READY:
        raise TooLate
    async with pressed.services.recording() as tx:
        await drafts.put(tx, voice)
        await drafts.want(tx, photo.conversation)
        await media.announce_anew(tx, photo.id)
    return "answer-started"


async def spend(pressed: ButtonPress) -> str:
    """spend:ITEM:QUOTA goes on with a video that takes so much."""
    item = await item_to_use(pressed, Way.SPEND)
    quota = pressed.number(1)
    async with pressed.services.recording() as tx:
        if not await media_answers.agree(tx, item.id, quota):
            raise TooLate
        await drafts.want(tx, item.conversation)
    return "answer-started"


async def not_now(pressed: ButtonPress) -> str:
    """notnow:ITEM makes no video of this voice; the photo stays."""
    item = await own_item(pressed)
    if item.state != MediaState.ASKED:
        raise TooLate
    async with pressed.services.recording() as tx:
        await media.supersede(tx, item.id, "dropped")
        await drafts.drop(tx, item)
    return "answer-dropped"


async def own_item(pressed: ButtonPress, position: int = 0) -> Media:
    """The media item that this number of the button names; raises NotYours, TooLate."""
    item = await media.get(pressed.database, pressed.number(position))
    if item is None:
        raise TooLate
    if item.user_id != pressed.user_id:
        raise NotYours
    return item


async def item_to_use(pressed: ButtonPress, way: Way, position: int = 0) -> Media:
    """The same, where a video is to be made of it; raises RuleRefused as well."""
    item = await own_item(pressed, position)
    await admit(pressed, way, item.chat_id, (item,))
    return item


async def use_crop(pressed: ButtonPress) -> str:
    """crop:ITEM:NUMBER uses the part that was offered under that number.

    A refused photo had left the draft: it comes back, unless its owner sent another one since.
    """
    item = await item_to_use(pressed, Way.CROP)
    crops = json.loads(item.crops or "[]")
    number = pressed.number(1)
    if number >= len(crops):
        raise TooLate
    async with pressed.services.recording() as tx:
        draft = await drafts.get(tx, item.conversation)
        if draft.photo is not None and draft.photo.id != item.id:
            raise TooLate
        if not await media_answers.use_crop(tx, item.id, json.dumps(crops[number])):
            raise TooLate
        await media_answers.want(tx, item.id)
        await drafts.put(tx, item)
    return "answer-started"


async def pick(pressed: ButtonPress) -> str:
    """pick:ITEM has up to three clips sent, to be listened to."""
    item, plan = await _asked(pressed, Way.PICK_CLIP)
    async with pressed.services.recording() as tx:
        new = await want_clips(tx, item, plan)
    return "answer-clips-coming" if new else "answer-clips-there"


async def use_clip(pressed: ButtonPress) -> str:
    """clip:ITEM:NUMBER uses a clip that was sent."""
    item, plan = await _asked(pressed, Way.CLIP)
    number = pressed.number(1)
    if not 0 < number <= len(plan.clips):
        raise TooLate
    begin, end = span = plan.clips[number - 1]
    quota = await _quota_of(pressed, item, end - begin)
    use = partial(media_answers.use_clip, span=span, quota_milliseconds=quota)
    return await _answered(pressed, item, use)


async def in_parts(pressed: ButtonPress) -> str:
    """parts:ITEM uses all of it, made in parts."""
    item, plan = await _asked(pressed, Way.PARTS)
    whole = plan.duration_milliseconds
    quota = await _quota_of(pressed, item, whole)
    use = partial(media_answers.use_in_parts, duration_milliseconds=whole, quota_milliseconds=quota)
    return await _answered(pressed, item, use)


async def _quota_of(pressed: ButtonPress, item: Media, milliseconds: int) -> int:
    """What is agreed to by the press: its message says that it takes so much of what is left."""
    price = (await pressed.services.effective(item.conversation)).price
    return price.of(milliseconds).quota_milliseconds


async def _asked(pressed: ButtonPress, way: Way) -> tuple[Media, SoundPlan]:
    """The long voice of this button, as long as its question is open."""
    item = await item_to_use(pressed, way)
    plan = plan_of(item)
    if plan is None or item.state != MediaState.ASKED:
        raise TooLate
    return item, plan
