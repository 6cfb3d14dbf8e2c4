"""/report and its buttons: what is wrong with a video, and what the operator does about it."""

from __future__ import annotations

import logging

from telegram import ExternalReplyInfo, Message

from bot.privacy.moderation import REASON_TEXTS
from bot.telegram.keyboards import keyboard_of
from handlers.access import answered_by
from handlers.button_press import Answer, ButtonPress, NotYours, TooLate
from handlers.context import CannotDo, MessageContext
from handlers.jobs import cancel_all_of, cancel_each
from storage.groups import decisions, reports
from storage.groups.reports import REASONS, Report, TooManyReports
from storage.jobs import jobs, videos
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)


async def report(context: MessageContext) -> None:
    """Ask what is wrong with the video it answers, or with the newest one here."""
    job = await _job_of(context)
    if job is None:
        raise CannotDo(context.texts.html("report-which"))
    begun = await context.database.do(reports.begin, job, context.user_id, context.chat_id)
    if begun.reason is not None:
        raise CannotDo(context.texts.html("report-known"))
    labels = [(context.texts.plain(REASON_TEXTS[reason]), reason) for reason in REASONS]
    rows = [[(label, f"report:{begun.id}:{reason}")] for label, reason in labels]
    sent = await context.reply_once(context.texts.html("report-ask"), keyboard_of(*rows))
    if sent is not None:
        await context.database.do(reports.asked, begun.id, sent.message_id)


async def give_reason(pressed: ButtonPress) -> str | Answer:
    """report:REPORT:REASON tells the administrators, once."""
    found, reason = await _own_report(pressed), pressed.word(1)
    if reason not in REASONS:
        raise TooLate
    services = pressed.services
    try:
        admin_ids = sorted(services.limits.admin_ids)
        new = await services.database.do(reports.file, found, reason, admin_ids)
    except TooManyReports:
        return Answer("answer-report-too-many", alert=True)
    if new:
        logger.warning("report %s on job %s: %s", found.id, found.job_id, reason)
    services.wakeup()
    if found.message_id == pressed.message_id:  # a press may be forged: no other one is touched
        pressed.show(pressed.texts.html("report-thanks"))
    return "answer-reported"


async def _job_of(context: MessageContext) -> Job | None:
    """The job whose video is answered, else the newest video of this chat."""
    database, chat_id = context.database, context.chat_id
    answered = answered_by(context.message)
    if answered is None or not _shows_a_video(answered.content):
        return await videos.newest_in(database, chat_id)
    file_id = None if answered.content.video is None else answered.content.video.file_id
    is_ours = answered.is_here and answered.is_ours
    message_id = answered.message_id or 0
    return await videos.shown_in(database, chat_id, message_id, file_id, is_ours=is_ours)


def _shows_a_video(message: Message | ExternalReplyInfo) -> bool:
    return any((message.video, message.video_note, message.document, message.animation))


async def _own_report(pressed: ButtonPress) -> Report:
    found = await reports.get(pressed.database, pressed.number(0))
    if found is None or found.chat_id != pressed.chat_id:
        raise TooLate
    if found.reporter_id != pressed.user_id:
        raise NotYours
    return found


async def take_down(pressed: ButtonPress) -> str:
    """takedown:REPORT has the video removed from its chats and from the disk."""
    _, job = await _reported(pressed)
    async with pressed.database.transaction() as tx:
        known = await videos.is_taken_down(tx, job)
        stopped = await decisions.take_down(tx, job, pressed.user_id)
    await cancel_each(pressed.services, stopped)
    return "answer-decided-before" if known else "answer-taken-down"


async def ban(pressed: ButtonPress) -> str:
    """ban:REPORT shuts the maker of the video out, and stops what waits for them."""
    report, job = await _reported(pressed)
    maker_id, services = report.maker_id or job.user_id, pressed.services
    if maker_id < 0 or maker_id in services.limits.admin_ids:
        return "answer-cannot-ban"
    new = await services.database.do(decisions.ban, job, maker_id, pressed.user_id)
    await cancel_all_of(services, maker_id)
    return "answer-banned" if new else "answer-decided-before"


async def unban(pressed: ButtonPress) -> str:
    """unban:REPORT lets them in again."""
    report, job = await _reported(pressed)
    async with pressed.services.recording() as tx:
        maker_id = report.maker_id or job.user_id
        new = await decisions.unban(tx, job, maker_id, pressed.user_id)
    return "answer-unbanned" if new else "answer-decided-before"


async def dismiss(pressed: ButtonPress) -> str:
    """dismiss:REPORT: there is nothing to do."""
    _, job = await _reported(pressed)
    async with pressed.services.recording() as tx:
        new = await decisions.dismiss(tx, job, pressed.user_id)
    return "answer-dismissed" if new else "answer-decided-before"


async def _reported(pressed: ButtonPress) -> tuple[Report, Job]:
    """Raises NotYours for whoever is no administrator, TooLate for a report there is not."""
    if pressed.user_id not in pressed.services.limits.admin_ids:
        raise NotYours
    report = await reports.get(pressed.database, pressed.number(0))
    job = None if report is None else await jobs.get(pressed.database, report.job_id)
    if job is None or report is None or report.reason is None:
        raise TooLate
    return report, job
