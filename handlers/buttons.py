"""Buttons: `action:number[:number]`, each pressed by its owner only and harmless when repeated."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import CallbackQuery, Update

from bot.desk import Desk
from bot.media.sound import LONGEST_MILLISECONDS, SHORTEST_MILLISECONDS
from bot.texts import Catalogue
from handlers.cancelling import cancel_job
from handlers.context import Context, desk_of, remember
from storage import drafts, jobs, media
from storage.jobs import JobState, TooManyWaiting
from storage.ledger import BudgetExhausted, QuotaExceeded
from storage.media import Media, MediaState

logger = logging.getLogger(__name__)

_DATA = re.compile(r"([a-z]+):(\d{1,18})(?::(\d{1,18}))?")


@dataclass(frozen=True, slots=True)
class _Press:
    """One press: whose, on which message, and the numbers the button carries."""

    desk: Desk
    texts: Catalogue
    user_id: int
    message_id: int
    first: int
    second: int | None


class _NotYours(Exception):
    pass


class _TooLate(Exception):
    pass


async def press(update: Update, context: Context) -> None:
    """Do what the button says and answer it; forged and stale ones change nothing."""
    query = update.callback_query
    assert query is not None  # noqa: S101
    desk = desk_of(context)
    if query.message is not None:
        await remember(desk, query.from_user, query.message.chat.id)
    texts = desk.texts.of(query.from_user.language_code)
    answer = await _answer(desk, texts, query)
    await desk.sender.answer_callback(query.id, answer)


async def _answer(desk: Desk, texts: Catalogue, query: CallbackQuery) -> str:
    match = _DATA.fullmatch(query.data or "")
    action = _ACTIONS.get(match[1]) if match else None
    if match is None or action is None or query.message is None:
        return texts.plain("answer-too-late")
    second = int(match[3]) if match[3] else None
    pressed = _Press(
        desk, texts, query.from_user.id, query.message.message_id, int(match[2]), second
    )
    try:
        return texts.plain(await action(pressed))
    except _NotYours:
        return texts.plain("answer-not-yours")
    except _TooLate:
        return texts.plain("answer-too-late")


async def _cancel(pressed: _Press) -> str:
    job = await jobs.get(pressed.desk.database, pressed.first)
    if job is None:
        raise _TooLate
    if job.user_id != pressed.user_id:
        raise _NotYours
    if job.state not in _CANCELLABLE:
        raise _TooLate
    stopped = await cancel_job(pressed.desk, job)
    pressed.desk.nudge()
    return "answer-cancelled" if stopped else "answer-stopping"


async def _retry(pressed: _Press) -> str:
    job = await jobs.get(pressed.desk.database, pressed.first)
    if job is None:
        raise _TooLate
    if job.user_id != pressed.user_id:
        raise _NotYours
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise _TooLate
    try:
        started = await pressed.desk.pairing.again(job, pressed.message_id)
    except TooManyWaiting:
        return "answer-kept-waiting"
    except QuotaExceeded:
        return "answer-no-quota"
    except BudgetExhausted:
        return "answer-no-budget"
    if not started:
        raise _TooLate
    return "answer-started"


async def _check(pressed: _Press) -> str:
    half = await _own_half(pressed, pressed.first)
    async with pressed.desk.database.transaction() as tx:
        if not await media.insist(tx, half.id):
            raise _TooLate
        await media.want(tx, half.id, pressed.desk.clock.now_milliseconds())
    pressed.desk.nudge()
    return "answer-started"


async def _cut(pressed: _Press) -> str:
    half = await _own_half(pressed, pressed.first)
    limit = pressed.second or 0
    if not SHORTEST_MILLISECONDS <= limit <= LONGEST_MILLISECONDS:
        raise _TooLate
    async with pressed.desk.database.transaction() as tx:
        if not await media.shorten(tx, half.id, limit):
            raise _TooLate
        await media.want(tx, half.id, pressed.desk.clock.now_milliseconds())
    pressed.desk.nudge()
    return "answer-started"


async def _reopen(pressed: _Press) -> str:
    half = await _own_half(pressed, pressed.first)
    async with pressed.desk.database.transaction() as tx:
        if not await media.reopen(tx, half.id):
            raise _TooLate
        await media.want(tx, half.id, pressed.desk.clock.now_milliseconds())
    pressed.desk.nudge()
    return "answer-started"


async def _go_on(pressed: _Press) -> str:
    """Yes to what was asked for its age: everything in its draft is wanted now."""
    half = await _own_half(pressed, pressed.first)
    draft = await drafts.get(pressed.desk.database, half.place)
    current = draft.photo if half.is_photo else draft.sound
    if current is None or current.id != half.id:
        raise _TooLate
    async with pressed.desk.database.transaction() as tx:
        now = pressed.desk.clock.now_milliseconds()
        if not await drafts.want(tx, half.place, now):
            raise _TooLate
    pressed.desk.nudge()
    return "answer-started"


async def _same_voice(pressed: _Press) -> str:
    """The photo of the button with the voice of the last video."""
    photo = await _own_half(pressed, pressed.first)
    sound = await _own_half(pressed, pressed.second or 0)
    draft = await drafts.get(pressed.desk.database, photo.place)
    if draft.photo is None or draft.photo.id != photo.id or sound.state != MediaState.READY:
        raise _TooLate
    async with pressed.desk.database.transaction() as tx:
        now = pressed.desk.clock.now_milliseconds()
        await drafts.put(tx, sound, now)
        await drafts.want(tx, photo.place, now)
        await media.announce_anew(tx, photo.id)
    pressed.desk.nudge()
    return "answer-started"


async def _own_half(pressed: _Press, media_id: int) -> Media:
    half = await media.get(pressed.desk.database, media_id)
    if half is None:
        raise _TooLate
    if half.user_id != pressed.user_id:
        raise _NotYours
    return half


_CANCELLABLE = (JobState.PREPARING, JobState.READY, JobState.SUBMITTING, JobState.RUNNING)

_ACTIONS: dict[str, Callable[[_Press], Awaitable[str]]] = {
    "cancel": _cancel,
    "retry": _retry,
    "check": _check,
    "cut": _cut,
    "reopen": _reopen,
    "again": _same_voice,
    "goon": _go_on,
}
