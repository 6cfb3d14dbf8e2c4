"""Moderation: reports reach the administrators, and what they decide about a video is done."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from bot.chat.messenger import Messenger
from bot.common import CommonServices, Component
from bot.delivery.earlier_videos import EarlierVideos
from bot.delivery.remove_video import remove_video
from bot.outbox import Attempt, Kind, delay_milliseconds, say_or
from bot.privacy.files import StoredFiles
from bot.task_pool import Work
from bot.telegram.destination import Destination
from bot.telegram.errors import Refused, SendUnknown, TelegramFailure
from bot.telegram.keyboards import Keyboard
from bot.texts import Catalogue
from storage.groups import reports
from storage.groups.reports import Report, Takedown
from storage.jobs import deliveries, jobs
from storage.jobs.deliveries import Delivery
from storage.jobs.jobs import Job
from storage.people import people

_REASONS = {
    "face": "report-reason-face",
    "offensive": "report-reason-offensive",
    "other": "report-reason-other",
}


@dataclass(frozen=True, kw_only=True)
class Moderation(Component):
    """Shows reports to the people of ADMIN_IDS, and takes videos down."""

    common: CommonServices
    messenger: Messenger
    videos: EarlierVideos
    stored_files: StoredFiles

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """See `Kind`."""
        return (Kind(name=reports.REPORT, run=self._show),)

    async def due(self) -> dict[Hashable, Work]:
        """See `BackgroundTask`."""
        return {
            ("takedown", takedown.job_id): partial(self._take_down, takedown)
            for takedown in await reports.due_takedowns(self.database)
        }

    async def _show(self, attempt: Attempt) -> None:
        report = await reports.get(self.database, attempt.entry.values["report_id"])
        job = None if report is None else await jobs.get(self.database, report.job_id)
        if report is not None and job is not None:
            await self._send(attempt.entry.chat_id, report, job)

    async def _send(self, admin_id: int, report: Report, job: Job) -> None:
        """After the video, where it can be had; that goes when it is taken down, the text stays."""
        texts, cause = await self.messenger.texts_for(admin_id), f"report:{report.id}:{admin_id}"
        with suppress(SendUnknown, Refused):
            await self.videos.send(job, cause, Destination(admin_id), "report-video")
        shown = await deliveries.begun(self.database, job, cause)
        there = Destination(admin_id, reply_to=shown.message_id if shown else None)
        text, keyboard = await self._text(report, job, texts), _decisions(report, texts)
        await self.sender.send_text(there, text, keyboard=keyboard)

    async def _text(self, report: Report, job: Job, texts: Catalogue) -> str:
        return texts.html(
            "report-received",
            reason=texts.plain(_REASONS[report.reason or "other"]),
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

    async def _take_down(self, takedown: Takedown) -> None:
        job = await jobs.get(self.database, takedown.job_id)

        async def later() -> None:
            not_before = self.clock.now_milliseconds() + delay_milliseconds(takedown.tries)
            async with self.database.transaction() as tx:
                await reports.put_off_takedown(tx, takedown.job_id, not_before)

        async def never(_: TelegramFailure) -> None:
            await self._advance(takedown.job_id, "said")

        async def do() -> None:
            if job is not None and takedown.state == "wanted" and (left := await self._remove(job)):
                await self._say_that_it_stays(job, left[0])
                return
            first = None if job is None else await deliveries.first_of(self.database, job)
            if job is not None and first is not None and first.chat_id:
                await self._say_in_chat(job, first)
            await self._advance(takedown.job_id, "said")

        await say_or(do, later=later, never=never)

    async def _remove(self, job: Job) -> list[Delivery]:
        """From the disk, and from its chats where Telegram allows it (two days in most); what stays
        there."""
        await self.stored_files.remove_videos([job.id])
        left = [
            delivery
            for delivery in await remove_video(self, job)
            if delivery.chat_id not in self.limits.admin_ids
        ]
        if not left:
            await self._advance(job.id, "removed")
        return left

    async def _say_in_chat(self, job: Job, first: Delivery) -> None:
        texts = await self.messenger.texts_for(job.user_id)
        there = Destination.of(first.chat_id, first.thread_id)
        await self.sender.send_text(there, texts.html("video-taken-down"))

    async def _say_that_it_stays(self, job: Job, delivery: Delivery) -> None:
        """To the operator; its chat is told nothing that is not so."""
        subject, chat = f"stays:{job.id}", str(job.chat_id or delivery.chat_id or "–")
        async with self.database.transaction() as tx:
            await reports.advance_takedown(tx, job.id, "said")
            await self.operator.note(
                tx, subject, "operator-video-stays", job=str(job.id), chat=chat
            )

    async def _advance(self, job_id: int, state: str) -> None:
        async with self.database.transaction() as tx:
            await reports.advance_takedown(tx, job_id, state)


def _decisions(report: Report, texts: Catalogue) -> Keyboard:
    return Keyboard.of(
        [(texts.plain("button-take-down"), f"takedown:{report.id}")],
        [
            (texts.plain("button-ban"), f"ban:{report.id}"),
            (texts.plain("button-unban"), f"unban:{report.id}"),
        ],
        [(texts.plain("button-nothing"), f"dismiss:{report.id}")],
    )
