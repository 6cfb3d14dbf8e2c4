"""/last and /history, and the buttons under a video."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.keyboards import FINER, may_be_finer
from bot.delivery.earlier_videos import WantedAs
from bot.delivery.resend import want_again, want_page, want_turn
from bot.gate import RuleRefused, Wanted, Way
from bot.intake.group_replies import ask_in_group
from bot.intake.pairing import request_for
from handlers.access import admit, require_private
from handlers.button_press import ANSWERS, Answer, ButtonPress, TooLate
from handlers.context import CannotDo, MessageContext
from handlers.jobs import job_to_use, once_more, own_job
from storage import drafts, media_answers
from storage.jobs import jobs, videos
from storage.jobs.jobs import FINAL, RENDERED, Job
from storage.media import Media, MediaState

_NONE_YET = ("last-none", "group-last-none")
"""Alone, and in a group."""


async def send_last(context: MessageContext) -> None:
    """The person's newest video of this chat, as it came, in answer to this message."""
    services, there = context.services, context.conversation
    job = await videos.last_of(services.database, context.user_id, context.chat_id)
    if job is None:
        raise CannotDo(context.texts.html(_NONE_YET[context.in_group]))
    try:
        await services.gate.check(Wanted(way=Way.LAST, conversation=there, job=job))
    except RuleRefused as refusal:
        raise CannotDo(context.texts.html(ANSWERS[refusal.rule])) from refusal
    async with services.recording() as tx:
        await want_again(tx, context.cause, there, context.message_id, job.id, WantedAs.LAST)


PAYLOAD = "history"
_MOST_PAGES = 1_000_000


async def show_history(context: MessageContext) -> None:
    """The first page, which the worker draws: nothing at all is said at once. A group is shown the
    way to the private chat.
    """
    require_private(context, PAYLOAD, "history-private")
    services, conversation = context.services, context.conversation
    if not await videos.count_of(services.database, conversation.user_id, conversation.chat_id):
        raise CannotDo(context.texts.html("history-none"))
    async with services.recording() as tx:
        await want_page(tx, context.cause, conversation, context.message_id)


async def turn(pressed: ButtonPress) -> str:
    """history:PAGE turns the page in its place."""
    number = pressed.number(0)
    if not 0 < number < _MOST_PAGES:
        raise TooLate
    pressed.require_private()
    async with pressed.services.recording() as tx:
        await want_turn(tx, pressed.cause, pressed.conversation, pressed.message_id, number)
    return "answer-coming"


async def finer(pressed: ButtonPress) -> str | Answer:
    """finer:JOB makes it again in 720P, once; finer:JOB:QUOTA where so much is agreed to."""
    job = await job_to_use(pressed)
    services = pressed.services
    if job.state not in RENDERED or not may_be_finer(job, services.limits):
        raise TooLate
    request = request_for(job, FINER)
    made = await jobs.by_request(services.database, request)
    if made is not None and made.state not in FINAL:
        return "answer-started"
    how = {"resolution": FINER, "engine": job.engine}
    return await once_more(pressed, Way.FINER, request, job, **how)


async def resend(pressed: ButtonPress, wanted_as: WantedAs) -> str:
    """video:JOB and note:JOB send the video once more; resend:JOB, of the history, as a video.

    Where it came, and nowhere else; not where somebody in it does not want it.
    """
    job = await own_job(pressed)
    if job.state not in RENDERED or job.chat_id != pressed.chat_id:
        raise TooLate
    conversation = pressed.conversation
    await pressed.services.gate.check(Wanted(way=Way.RESEND, conversation=conversation, job=job))
    async with pressed.services.recording() as tx:
        await want_again(tx, pressed.cause, conversation, pressed.message_id, job.id, wanted_as)
    return "answer-coming"


async def new_voice(pressed: ButtonPress) -> str:
    """newvoice:JOB asks for another voice for that job's photo."""
    job = await job_to_use(pressed)
    return await _ask_for(pressed, Way.NEW_VOICE, job)


async def new_face(pressed: ButtonPress) -> str:
    """newface:JOB asks for another photo for that job's voice."""
    job = await job_to_use(pressed)
    return await _ask_for(pressed, Way.NEW_PHOTO, job)


async def _ask_for(pressed: ButtonPress, way: Way, job: Job) -> str:
    photo, voice = await jobs.items_of(pressed.database, job)
    kept, replaced = (photo, voice) if way is Way.NEW_VOICE else (voice, photo)
    if kept.state != MediaState.READY:
        raise TooLate
    await admit(pressed, way, job.chat_id, (kept,), job)
    conversation = pressed.conversation._replace(chat_id=job.chat_id)
    async with pressed.database.transaction() as tx:
        await drafts.drop(tx, replaced)
        await drafts.put(tx, kept, conversation=conversation)
        await media_answers.want(tx, kept.id)
    await _open_reply_field(pressed, job, kept, voice)
    return "answer-see-below"


async def _open_reply_field(pressed: ButtonPress, job: Job, kept: Media, voice: Media) -> None:
    """As the answer to a message of theirs: only so Telegram opens the field of that person."""
    there = replace(pressed.destination, chat_id=job.chat_id, reply_to=voice.message_id)
    wanted = "voice" if kept.is_photo else "photo"
    asking = await ask_in_group(pressed.database, job.chat_id, wanted, pressed.texts)
    await replace(pressed, destination=there).reply_once(*asking)
