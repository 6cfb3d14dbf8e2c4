"""Moderation: reports reach the administrators, and what they decide about a video is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from bot.common import Component, Part
from bot.delivery.earlier_videos import EarlierVideos, VideoGone, WantedAs
from bot.delivery.remove_video import remove_video
from bot.outbox import Attempt, Kind, NotNow
from bot.privacy.files import remove_videos
from bot.telegram.destination import Destination
from bot.telegram.errors import MessageGone, Refused, SendUnknown
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.texts import Catalogue
from storage import outbox
from storage.db.database import Transaction
from storage.groups import decisions, reports
from storage.groups.decisions import Decision, Verb
from storage.groups.reports import Report
from storage.jobs import deliveries, jobs, videos
from storage.jobs.deliveries import Delivery
from storage.jobs.jobs import Job
from storage.outbox import OutboxEntry
from storage.people import people

logger = logging.getLogger(__name__)

_SAY, _TAKEN_DOWN, _STAYS = "say-removal", "taken-down", "stays"
REASON_TEXTS = {
    "face": "report-reason-face",
    "offensive": "report-reason-offensive",
    "other": "report-reason-other",
}


_DECIDED = {
    Verb.TAKE_DOWN: "report-taken-down",
    Verb.BAN: "report-banned",
    Verb.UNBAN: "report-unbanned",
    Verb.DISMISS: "report-dismissed",
}


class Moderation(Component):
    """Shows reports to the people of ADMIN_IDS, and takes videos down."""

    videos = Part(EarlierVideos)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """See `Kind`."""
        kind = partial(Kind, repeatable=True)
        return (
            kind(name=reports.REPORT, run=self._show),
            kind(name=deliveries.REMOVE, run=self._remove, given_up=self._give_up_removing),
            kind(name=_SAY, run=self._say_in_chat),
        )

    async def _show(self, attempt: Attempt) -> None:
        """One message for each administrator, which says what was decided, by whom."""
        report = await reports.get(self.database, attempt.entry.values["report_id"])
        job = None if report is None else await jobs.get(self.database, report.job_id)
        admin_id = attempt.entry.chat_id
        if report is None or job is None or admin_id not in self.limits.admin_ids:
            return
        decided = await decisions.of_job(self.database, job.id)
        texts = await self.texts_for(admin_id)
        text = await self._text(report, job, decided, texts)
        keyboard = await self._buttons(report, job, decided, texts)
        message_id = await reports.message_of(self.database, report, admin_id)
        if message_id is None:
            there = await self._show_video(admin_id, report, job)
            sent = await self.sender.send_text(there, text, keyboard=keyboard)
            await self.database.do(reports.shown, report, admin_id, sent.message_id)
        else:
            with suppress(MessageGone):
                await self.sender.edit_text(admin_id, message_id, text, keyboard=keyboard)
        if await decisions.of_job(self.database, job.id) != decided:
            raise NotNow("something was decided meanwhile")

    async def _show_video(self, admin_id: int, report: Report, job: Job) -> Destination:
        """Where it can be had; it goes when it is taken down, the text in answer to it stays."""
        cause = f"report:{report.id}:{admin_id}"
        try:
            await self.videos.send(job, cause, (Destination(admin_id),), WantedAs.REPORTED)
        except (VideoGone, SendUnknown, Refused) as failure:
            logger.warning("report %s comes without its video, or may: %s", report.id, failure)
        shown = await deliveries.begun(self.database, job, cause)
        return Destination(admin_id, reply_to=(shown and shown.message_id) or 0)

    async def _text(
        self, report: Report, job: Job, decided: Sequence[Decision], texts: Catalogue
    ) -> str:
        received = texts.html(
            "report-received",
            reason=texts.plain(REASON_TEXTS[report.reason or "other"]),
            job=str(job.id),
            chat=str(job.chat_id),
            maker=await self._name(report.maker_id or job.user_id),
            reporter=await self._name(report.reporter_id),
        )
        names = [await self._name(one.admin_id) for one in decided]
        lines = [
            texts.html(_DECIDED[Verb(one.decision)], admin=name)
            for one, name in zip(decided, names, strict=True)
        ]
        return "\n".join([received, *lines])

    async def _buttons(
        self, report: Report, job: Job, decided: Sequence[Decision], texts: Catalogue
    ) -> Keyboard:
        """What is left to decide: nobody is unbanned who is not banned."""
        maker_id = report.maker_id or job.user_id
        banned = await people.is_banned(self.database, maker_id)
        ban = ("button-unban", "unban") if banned else ("button-ban", "ban")
        buttons = [(texts.plain(ban[0]), f"{ban[1]}:{report.id}")]
        if not await videos.is_taken_down(self.database, job):
            buttons.insert(0, (texts.plain("button-take-down"), f"takedown:{report.id}"))
        if not decided:
            buttons.append((texts.plain("button-nothing"), f"dismiss:{report.id}"))
        return keyboard_of(*([button] for button in buttons))

    async def _name(self, user_id: int | None) -> str:
        """As the operator needs it: the number is what stays the same."""
        if user_id is None or user_id < 0:
            return "–"
        person = await people.find(self.database, user_id)
        if person is None:
            return f"({user_id})"
        username = f" @{person.username}" if person.username else ""
        return f"{person.first_name[:64]}{username} ({person.user_id})"

    async def _remove(self, attempt: Attempt) -> None:
        """From the disk, and from its chats where Telegram allows it (two days in most)."""
        job = await jobs.get(self.database, attempt.entry.values["job_id"])
        if job is None:
            return
        await asyncio.to_thread(remove_videos, self.limits, [job.id])
        left = await remove_video(self, job)
        await self.database.do(self._have_said, job, left)

    async def _have_said(self, tx: Transaction, job: Job, left: list[Delivery]) -> None:
        """In each chat what became of it there; to the operator what stays of a take-down."""
        taken_down = await videos.is_taken_down(tx, job)
        of_people = [one for one in left if one.chat_id not in self.limits.admin_ids]
        for delivery in of_people:
            key = "video-stays-taken-down" if taken_down else "video-stays"
            await _put(tx, f"{_STAYS}:{delivery.id}", delivery, job, key)
        if not taken_down:
            return
        stays_in = [_chat_of(delivery, job) for delivery in of_people]
        if stays_in:
            await self._tell_operator(tx, job.id, stays_in[0])
        for delivery in await deliveries.gone(tx, job.id):
            chat_id = _chat_of(delivery, job)
            if chat_id not in (*stays_in, *self.limits.admin_ids):
                key = "video-taken-down"
                await _put(tx, f"{_TAKEN_DOWN}:{job.id}:{chat_id}", delivery, job, key)

    async def _say_in_chat(self, attempt: Attempt) -> None:
        job = await jobs.get(self.database, attempt.entry.values["job_id"])
        if job is not None:
            texts = await self.texts_for(job.user_id, attempt.entry.chat_id)
            text = texts.html(attempt.entry.values["text_key"])
            await self.sender.send_text(attempt.destination, text)

    async def _give_up_removing(self, tx: Transaction, entry: OutboxEntry, _: Exception) -> None:
        job_id = entry.values["job_id"]
        shown = await deliveries.shown(tx, job_id)
        await self._tell_operator(tx, job_id, shown[0].chat_id if shown else 0)

    async def _tell_operator(self, tx: Transaction, job_id: int, chat_id: int) -> None:
        await self.operator.note(
            tx, f"stays:{job_id}", "operator-video-stays", job=str(job_id), chat=str(chat_id or "–")
        )


def _chat_of(delivery: Delivery, job: Job) -> int:
    """Where it lies, by the id that a group has by now; 0 where that is not known any more."""
    in_private = delivery.chat_id == job.user_id
    return delivery.chat_id if in_private else job.chat_id or delivery.chat_id


async def _put(tx: Transaction, key: str, delivery: Delivery, job: Job, text_key: str) -> None:
    """Have it said in that message's chat, in answer to it where it stays there."""
    chat_id = _chat_of(delivery, job)
    if not chat_id:
        return
    await outbox.put(
        tx,
        _SAY,
        key,
        chat_id=chat_id,
        thread_id=delivery.thread_id,
        message_id=(delivery.message_id or 0) if chat_id == delivery.chat_id else 0,
        user_id=job.user_id if chat_id == job.user_id else None,
        job_id=job.id,
        text_key=text_key,
    )
