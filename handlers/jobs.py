"""/status, /queue and /cancel, and the buttons that cancel a job or try it again."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from bot.chat.queue_view import views
from bot.gate import Rule, RuleRefused, Way
from bot.services import Services
from bot.telegram.keyboards import keyboard_of
from bot.texts import Catalogue
from bot.texts.naming import shown_name
from handlers.access import require_here
from handlers.button_press import ButtonPress, NotYours, TooLate
from handlers.context import MessageContext
from storage import drafts, inbox
from storage.db.database import Transaction
from storage.inbox import Outcome
from storage.jobs import jobs, line, moves, tasks
from storage.jobs.jobs import Job, JobState
from storage.jobs.ledger import Price
from storage.jobs.tasks import STOPPABLE
from storage.people import people


async def show_status(context: MessageContext) -> None:
    """One line a job, or what is missing."""
    database = context.database
    mine = await jobs.open_of(database, context.user_id, chat_id=context.chat_id)
    if mine:
        lines = await context.services.progress.lines(mine[:_MOST_LINES], context.texts)
        title = context.texts.html("status-jobs", count=len(mine))
        more = ["…"] if len(mine) > _MOST_LINES else []
        await context.reply("\n\n".join([title, *lines, *more]))
        return
    draft = await drafts.get(database, context.conversation)
    keys = _STATUS_OF_DRAFT[draft.photo is not None, draft.voice is not None]
    await context.reply(context.texts.html(keys[context.in_group]))


_STATUS_OF_DRAFT = {
    (True, True): ("status-asked", "status-asked"),
    (True, False): ("status-photo", "group-status-photo"),
    (False, True): ("status-voice", "group-status-voice"),
    (False, False): ("status-nothing", "group-status-nothing"),
}
"""By whether there is a photo, and a voice: alone, and in a group."""

_MOST_LINES = 10
"""Of one sort: a message of Telegram's has 4,096 characters."""


async def show_queue(context: MessageContext) -> None:
    """The line as it is now."""
    await context.reply(await _queue_text(context))


async def _queue_text(context: MessageContext) -> str:
    texts = context.texts
    database = context.database
    being_made = await jobs.some(database, await jobs.being_made(database, 0, _MOST_LINES))
    waiting = await line.idle_up_to(database)
    if not being_made and not waiting:
        return texts.html("queue-empty")
    lines = []
    if being_made:
        names = [await _name(context, job) for job in being_made]
        lines.append(texts.html("queue-being-made", names=texts.plain("queue-comma").join(names)))
    if waiting:
        lines.append(texts.html("queue-waiting", count=waiting))
    for place, job in await _places(context):
        name = await _name(context, job)
        key = "queue-own-place" if job.user_id == context.user_id else "queue-place"
        lines.append(texts.html(key, place=place, name=name))
    return "\n".join(lines)


async def _places(context: MessageContext) -> list[tuple[int, Job]]:
    """Of the first who wait, and of this person's own further back."""
    database = context.database
    first = await line.idle_jobs(database, _MOST_LINES)
    places = {job_id: place for place, job_id in enumerate(first, start=1)}
    mine = await jobs.open_of(database, context.user_id)
    further = [job for job in mine if job.id not in places][:_MOST_LINES]
    for view in await views(database, further):
        if view.in_hand and view.is_waiting:
            places[view.job.id] = await line.idle_up_to(database, view.in_hand)
    found = await jobs.some(database, [*places])
    return sorted(((places[job.id], job) for job in found), key=itemgetter(0))


async def _name(context: MessageContext, job: Job) -> str:
    """First names, and only among those who are in the same group anyway."""
    if job.user_id == context.user_id:
        return context.texts.plain("queue-you")
    if job.chat_id != context.chat_id:
        return context.texts.plain("queue-elsewhere")
    person = await people.find(context.database, job.user_id)
    return shown_name(person.first_name if person else None, context.texts)


async def cancel(context: MessageContext) -> None:
    """All of this person's jobs here, or else the draft."""
    outcome = await _outcome(context)
    for job_id in outcome["stopping"]:
        context.services.watch.wakeup(job_id)
    context.services.wakeup()
    await context.reply(_cancelled_text(context.texts, outcome))


async def cancel_job(services: Services, job: Job) -> bool:
    """True: it waited and is cancelled. False: the wish is on its way to the provider."""
    stopped = await services.database.do(moves.cancel, job.id)
    services.watch.wakeup(job.id)
    return stopped


async def cancel_each(services: Services, stopped: list[Job]) -> None:
    """What cannot be stopped any more is not shown: see `bot.delivery.send_video`."""
    for job in stopped:
        await cancel_job(services, job)
    services.wakeup()


async def cancel_all_of(services: Services, user_id: int) -> None:
    """Whatever is under way for this person."""
    await cancel_each(services, await jobs.open_of(services.database, user_id))


async def _outcome(context: MessageContext) -> Outcome:
    """What this very update did: handled again, it must not drop what was begun after it."""
    async with context.database.transaction() as tx:
        known = await inbox.outcome_of(tx, context.update_id)
        if known is not None:
            return known
        outcome = await _stop_all(tx, context)
        await inbox.keep_outcome(tx, context.update_id, outcome)
    return outcome


async def _stop_all(tx: Transaction, context: MessageContext) -> Outcome:
    mine = await jobs.open_of(tx, context.user_id, chat_id=context.chat_id)
    stopping = [job.id for job in mine if not await moves.cancel(tx, job.id)]
    forgot = not mine and await drafts.clear(tx, context.conversation)
    return {"cancelled": len(mine) - len(stopping), "stopping": stopping, "forgot": forgot}


def _cancelled_text(texts: Catalogue, outcome: Outcome) -> str:
    sentences = []
    if outcome["cancelled"]:
        sentences.append(texts.html("cancel-done", count=outcome["cancelled"]))
    if outcome["stopping"]:
        sentences.append(texts.html("cancel-trying"))
    if not sentences:
        sentences.append(texts.html("cancel-draft" if outcome["forgot"] else "cancel-nothing"))
    return " ".join(sentences)


async def cancel_by_button(pressed: ButtonPress) -> str:
    """cancel:JOB stops what waits, and tries to stop what runs."""
    job = await own_job(pressed)
    made = await tasks.of_job(pressed.database, job.id)
    if not any(task.state in STOPPABLE for task in made):
        raise TooLate
    stopped = await cancel_job(pressed.services, job)
    pressed.services.wakeup()
    return "answer-cancelled" if stopped else "answer-stopping"


async def retry_by_button(pressed: ButtonPress) -> str:
    """retry:JOB makes it once more of what was sent; retry:JOB:QUOTA where so much is agreed to.

    The message with the button becomes the new job's status, if it is that of the old one: a
    press may be forged, and another message belongs to something else.
    """
    job = await job_to_use(pressed)
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise TooLate
    pressed_at = (pressed.chat_id, pressed.message_id)
    is_status = pressed_at == (job.chat_id, job.status_message_id)
    status_message_id = pressed.message_id if is_status else None
    return await once_more(
        pressed,
        Way.RETRY,
        f"retry:{job.id}",
        job,
        resolution=job.resolution,
        status_message_id=status_message_id,
    )


async def once_more(
    pressed: ButtonPress, way: Way, request: str, job: Job, *, resolution: str, **how: Any
) -> str:
    """What is answered; what takes much is asked first. Raises: RuleRefused, TooLate."""
    how["agreed_milliseconds"] = pressed.number(1) if len(pressed.arguments) > 1 else 0
    pairing = pressed.services.pairing
    try:
        made = await pairing.once_more(way, request, job, resolution=resolution, **how)
    except RuleRefused as refusal:
        if refusal.rule is Rule.CONFIRM:
            price = pressed.services.limits.price_of(resolution, job.engine)
            await _ask_first(pressed, way, job, price, refusal.values["needed"])
        raise
    if made is None:
        raise TooLate  # it was made before
    return "answer-started"


_QUESTIONS = {Way.RETRY: "retry-confirm", Way.FINER: "finer-confirm"}


async def _ask_first(
    pressed: ButtonPress, way: Way, job: Job, price: Price, needed_seconds: float
) -> None:
    """In a message of its own: the one pressed keeps its buttons. Better lost than asked twice."""
    texts = pressed.texts
    left = (await pressed.services.allowance(job.user_id, price)).left_milliseconds // 100 / 10
    text = texts.html(_QUESTIONS[way], needed=needed_seconds, left=left)
    data = f"{way}:{job.id}:{round(needed_seconds * 1000)}"
    button = (texts.plain("button-go-on"), data)
    await pressed.reply_once(text, keyboard_of([button]))


async def own_job(pressed: ButtonPress) -> Job:
    """The job the button's first number names; raises NotYours, TooLate."""
    job = await jobs.get(pressed.database, pressed.number(0))
    if job is None:
        raise TooLate
    if job.user_id != pressed.user_id:
        raise NotYours
    return job


async def job_to_use(pressed: ButtonPress) -> Job:
    """The same, where its photo and voice are to be used once more, from a button in its chat."""
    job = await own_job(pressed)
    await require_here(pressed, job.chat_id)
    return job
