"""Buttons under a video: the same in 720P, in another form, or once more."""

from __future__ import annotations

from bot.pipeline.pairing import NotConfirmed, request_for
from bot.pipeline.video_buttons import FINER, may_be_finer
from bot.pipeline.wishes import wishes_of
from bot.telegram.errors import SendUnknown
from bot.telegram.keyboard import Keyboard
from handlers.job_buttons import job_to_use, own_job
from handlers.pressing import Action, Answer, Press, TooLate
from handlers.starting import started
from storage import errands, jobs, ledger, loans
from storage.errands import Wanted
from storage.jobs import FINAL, Job, JobState
from storage.media import Place

_RENDERED = (JobState.DONE, JobState.UNDELIVERABLE)


async def finer(pressed: Press) -> str | Answer:
    """finer:JOB makes it again in 720P, once; finer:JOB:QUOTA where so much is agreed to."""
    job = await job_to_use(pressed)
    desk = pressed.desk
    wishes = await wishes_of(desk.database, desk.terms, job.place)
    if job.state not in _RENDERED or not may_be_finer(job, desk.terms, wishes):
        raise TooLate
    made = await jobs.by_request(desk.database, request_for(job, FINER))
    if made is not None and made.state not in FINAL:
        return "answer-started"
    agreed = pressed.number(1) if len(pressed.arguments) > 1 else 0
    try:
        return await started(pressed, desk.pairing.in_resolution(job, FINER, agreed))
    except NotConfirmed as question:
        await _ask(pressed, job, question.quota_milliseconds)
        return "answer-asked"


async def note(pressed: Press) -> str:
    """note:JOB sends it as a round note."""
    return await _run_errand(pressed, "note")


async def video(pressed: Press) -> str:
    """video:JOB sends it as a video; so does resend:JOB, on a page of the history."""
    return await _run_errand(pressed, "video")


async def _run_errand(pressed: Press, kind: str) -> str:
    """Where the video came, and nowhere else; not where somebody in it does not want it."""
    job = await own_job(pressed)
    if job.state not in _RENDERED or job.chat_id != pressed.chat_id:
        raise TooLate
    if await loans.is_stopped(pressed.desk.database, job):
        raise TooLate
    place = Place(pressed.chat_id, pressed.thread_id, pressed.user_id)
    wanted = Wanted(kind, place, pressed.message_id, job_id=job.id)
    async with pressed.desk.database.transaction() as tx:
        await errands.ask(tx, wanted, pressed.desk.clock.now_milliseconds())
    pressed.desk.nudge()
    return "answer-coming"


async def _ask(pressed: Press, job: Job, quota_milliseconds: int) -> None:
    """A question of its own: the video keeps its buttons. It is better lost than asked twice."""
    desk, texts = pressed.desk, pressed.texts
    now = desk.clock.now_milliseconds()
    wishes = await wishes_of(desk.database, desk.terms, job.place)
    price = wishes.in_resolution(FINER, desk.terms, job.engine).price
    allowance = await ledger.allowance_of(desk.database, job.user_id, price, desk.terms.caps, now)
    text = texts.html(
        "finer-confirm",
        needed=quota_milliseconds / 1000,
        left=allowance.left_milliseconds // 100 / 10,
    )
    button = (texts.plain("button-go-on"), f"finer:{job.id}:{quota_milliseconds}")
    try:
        await desk.sender.send_text(
            pressed.chat_id,
            text,
            keyboard=Keyboard.of([button]),
            reply_to=pressed.message_id,
            thread_id=pressed.thread_id or None,
        )
    except SendUnknown:
        return


ACTIONS: dict[str, Action] = {"finer": finer, "note": note, "video": video, "resend": video}
