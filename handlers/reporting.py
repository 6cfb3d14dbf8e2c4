"""/report: what is wrong with a video, told to the people who run the bot."""

from __future__ import annotations

import logging

from telegram import Message, Update

from bot.telegram.errors import TelegramFailure
from bot.telegram.keyboard import Keyboard
from handlers.context import Context, Visit, visit_of
from handlers.pressing import Action, Answer, NotYours, Press, TooLate
from storage import jobs, reports
from storage.jobs import Job
from storage.reports import REASONS, Report, TooManyReports

logger = logging.getLogger(__name__)

REPORTS_PER_PERSON_PER_DAY = 5
_BUTTONS = {
    "face": "report-reason-face",
    "offensive": "report-reason-offensive",
    "other": "report-reason-other",
}


async def report(update: Update, context: Context) -> None:
    """Ask what is wrong with the video it answers, or with the newest one here."""
    visit = await visit_of(update, context)
    if visit is None:
        return
    job = await _job_of(visit)
    if job is None:
        await visit.reply(visit.texts.html("report-which"))
        return
    async with visit.desk.database.transaction() as tx:
        begun = await reports.begin(tx, job, visit.user.id, visit.message.chat_id)
    if begun.reason is not None:
        await visit.reply(visit.texts.html("report-known"))
        return
    keyboard = _keyboard(begun, visit)
    sent = await visit.reply_once(visit.texts.html("report-ask"), keyboard)
    if sent is not None:
        async with visit.desk.database.transaction() as tx:
            await reports.asked(tx, begun.id, sent.message_id)


async def give_reason(pressed: Press) -> str | Answer:
    """report:REPORT:REASON tells the administrators, once."""
    found, reason = await _own_report(pressed), pressed.word(1)
    if reason not in REASONS:
        raise TooLate
    desk = pressed.desk
    try:
        async with desk.database.transaction() as tx:
            new = await reports.file(
                tx,
                found,
                reason,
                sorted(desk.terms.admin_ids),
                desk.clock.now_milliseconds(),
                per_person_per_day=REPORTS_PER_PERSON_PER_DAY,
            )
    except TooManyReports:
        return Answer("answer-report-too-many", alert=True)
    if new:
        logger.warning("report %s on job %s: %s", found.id, found.job_id, reason)
    desk.nudge()
    await _thank(pressed, found)
    return "answer-reported"


async def _job_of(visit: Visit) -> Job | None:
    """The job whose video is answered, else the newest video of this chat."""
    database, chat_id = visit.desk.database, visit.message.chat_id
    answered = visit.message.reply_to_message
    if answered is None or not _shows_a_video(answered):
        return await jobs.newest_video_in(database, chat_id)
    job = await jobs.by_video_message(database, chat_id, answered.message_id)
    if job is None and answered.video is not None:
        return await jobs.by_video_file(database, chat_id, answered.video.file_id)
    return job


def _shows_a_video(message: Message) -> bool:
    return any((message.video, message.video_note, message.document, message.animation))


async def _own_report(pressed: Press) -> Report:
    found = await reports.get(pressed.desk.database, pressed.number(0))
    if found is None or found.chat_id != pressed.chat_id:
        raise TooLate
    if found.reporter_id != pressed.user_id:
        raise NotYours
    return found


async def _thank(pressed: Press, found: Report) -> None:
    """In the message that asked; a press may be forged, so no other one is touched."""
    if found.message_id is None:
        return
    text = pressed.texts.html("report-thanks")
    try:
        await pressed.desk.sender.edit_text(pressed.chat_id, found.message_id, text)
    except TelegramFailure as failure:
        logger.info("the thanks for report %s stay unsaid: %s", found.id, failure)


def _keyboard(begun: Report, visit: Visit) -> Keyboard:
    rows = [
        [(visit.texts.plain(_BUTTONS[reason]), f"report:{begun.id}:{reason}")] for reason in REASONS
    ]
    return Keyboard.of(*rows)


ACTIONS: dict[str, Action] = {"report": give_reason}
