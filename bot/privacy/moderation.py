"""Moderation: reports reach the administrators, and what they decide about a video is done."""

from __future__ import annotations

import logging

from bot.chat.messenger import Messenger
from bot.common import Component
from bot.delivery.earlier_videos import EarlierVideos, VideoGone, WantedAs
from bot.delivery.remove_video import remove_video
from bot.outbox import Attempt, Kind, Pointless
from bot.privacy.files import StoredFiles
from bot.telegram.destination import Destination
from bot.telegram.errors import Refused, SendUnknown
from bot.telegram.keyboards import Keyboard
from bot.texts import Catalogue
from storage import outbox
from storage.db.database import Transaction
from storage.groups import reports
from storage.groups.reports import Report
from storage.jobs import deliveries, jobs
from storage.jobs.jobs import Job
from storage.outbox import OutboxEntry
from storage.people import people

logger = logging.getLogger(__name__)

_TAKEN_DOWN = "taken-down"
REASON_TEXTS = {
    "face": "report-reason-face",
    "offensive": "report-reason-offensive",
    "other": "report-reason-other",
}


class Moderation(Component):
    """Shows reports to the people of ADMIN_IDS, and takes videos down."""

    messenger: Messenger
    videos: EarlierVideos
    stored_files: StoredFiles

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """See `Kind`."""
        return (
            Kind(name=reports.REPORT, run=self._show),
            Kind(name=reports.TAKE_DOWN, run=self._take_down, given_up=self._say_that_it_stays),
            Kind(name=_TAKEN_DOWN, run=self._say_in_chat),
        )

    async def _show(self, attempt: Attempt) -> None:
        report = await reports.get(self.database, attempt.entry.values["report_id"])
        job = None if report is None else await jobs.get(self.database, report.job_id)
        if report is not None and job is not None:
            await self._send(attempt.entry.chat_id, report, job)

    async def _send(self, admin_id: int, report: Report, job: Job) -> None:
        """After the video, where it can be had; that goes when it is taken down, the text stays."""
        texts, cause = await self.messenger.texts_for(admin_id), f"report:{report.id}:{admin_id}"
        try:
            await self.videos.send(job, cause, (Destination(admin_id),), WantedAs.REPORTED)
        except (VideoGone, SendUnknown, Refused) as failure:
            logger.warning("report %s comes without its video, or may: %s", report.id, failure)
        shown = await deliveries.begun(self.database, job, cause)
        there = Destination(admin_id, reply_to=shown.message_id if shown else None)
        text, keyboard = await self._text(report, job, texts), _decisions(report, texts)
        await self.sender.send_text(there, text, keyboard=keyboard)

    async def _text(self, report: Report, job: Job, texts: Catalogue) -> str:
        return texts.html(
            "report-received",
            reason=texts.plain(REASON_TEXTS[report.reason or "other"]),
            job=str(job.id),
            chat=str(job.chat_id),
            maker=await self._name(job.user_id),
            reporter=await self._name(report.reporter_id),
        )

    async def _name(self, user_id: int | None) -> str:
        """As the operator needs it: the number is what stays the same."""
        person = None if user_id is None else await people.find(self.database, user_id)
        if person is None:
            return "–"
        username = f" @{person.username}" if person.username else ""
        return f"{person.first_name[:64]}{username} ({person.user_id})"

    async def _take_down(self, attempt: Attempt) -> None:
        """From the disk, and from its chats where Telegram allows it (two days in most)."""
        job = await jobs.get(self.database, attempt.entry.values["job_id"])
        if job is None:
            return
        await self.stored_files.remove_videos([job.id])
        left = await remove_video(self, job)
        if any(delivery.chat_id not in self.limits.admin_ids for delivery in left):
            raise Pointless(f"the video of job {job.id} stays in a chat")
        await self.database.do(_have_said, job)

    async def _say_in_chat(self, attempt: Attempt) -> None:
        job = await jobs.get(self.database, attempt.entry.values["job_id"])
        if job is not None:
            texts = await self.messenger.texts_for(job.user_id)
            await self.sender.send_text(attempt.destination, texts.html("video-taken-down"))

    async def _say_that_it_stays(self, tx: Transaction, entry: OutboxEntry, _: Exception) -> None:
        """To the operator; its chat is told nothing that is not so."""
        job_id = entry.values["job_id"]
        job = await jobs.get(tx, job_id)
        first = None if job is None else await deliveries.first_of(tx, job)
        chat_id = (job and job.chat_id) or (first and first.chat_id)
        await self.operator.note(
            tx, f"stays:{job_id}", "operator-video-stays", job=str(job_id), chat=str(chat_id or "–")
        )


async def _have_said(tx: Transaction, job: Job) -> None:
    """In the chat in which the video came; of a person who is forgotten nobody knows which."""
    first = await deliveries.first_of(tx, job)
    if first is not None and first.chat_id:
        await outbox.put(
            tx,
            _TAKEN_DOWN,
            f"{_TAKEN_DOWN}:{job.id}",
            chat_id=first.chat_id,
            thread_id=first.thread_id,
            user_id=job.user_id if first.chat_id == job.user_id else None,
            arguments={"job_id": job.id},
        )


def _decisions(report: Report, texts: Catalogue) -> Keyboard:
    return Keyboard.of(
        [(texts.plain("button-take-down"), f"takedown:{report.id}")],
        [
            (texts.plain("button-ban"), f"ban:{report.id}"),
            (texts.plain("button-unban"), f"unban:{report.id}"),
        ],
        [(texts.plain("button-nothing"), f"dismiss:{report.id}")],
    )
