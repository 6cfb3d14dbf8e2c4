"""Packages: a job's video, its caption and buttons, in a form that Telegram takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

from bot.chat.keyboards import video_keyboard, with_group_buttons
from bot.chat.messenger import Messenger
from bot.chat.receipt import Receipts, ai_label_of
from bot.common import CommonServices, Component
from bot.limits import effective_settings_of
from bot.media.calls import facts_and_cover, make_round_note, shrink_video
from bot.media.sound.lengths import LONGEST_NOTE_MILLISECONDS
from bot.telegram.destination import Destination
from bot.telegram.keyboards import Keyboard
from bot.telegram.outgoing import UPLOAD_LIMIT_BYTES, OutgoingNote, OutgoingVideo
from bot.texts import Catalogue
from storage.jobs import tasks
from storage.jobs.jobs import Job
from storage.jobs.tasks import TaskState

_SMALLER_THAN_REFUSED = 0.5
"""What was refused as too big is made half as big, and under the known limit in any case."""

_ROOM_BYTES = 1_000_000
_FILE_NAME = "talking-photo.mp4"


class Form(Enum):
    """In what form a video goes out: the next one where Telegram does not take the one before."""

    WHOLE = auto()
    SMALLER = auto()
    FILE = auto()


@dataclass(frozen=True, slots=True)
class Package:
    """All that sending takes."""

    job: Job
    video: OutgoingVideo
    caption: str
    destination: Destination
    keyboard: Keyboard | None = None


@dataclass(frozen=True, kw_only=True)
class Packager(Component):
    """Makes packages of what is kept on disk."""

    common: CommonServices
    messenger: Messenger
    receipts: Receipts

    def path(self, job: Job) -> Path:
        """Where the job's video is kept until it was seen delivered, and for a while after."""
        return self.limits.results / f"{job.id}.mp4"

    async def first(self, job: Job, form: Form) -> Package:
        """The package that delivers the video for the first time, with its receipt.

        Raises: VideoUnreadable, CannotShrink, MediaWorkerDied, OSError.
        """
        texts = await self.messenger.texts_for(job.user_id, job.chat_id)
        caption = _with_note(await self.receipts.text(job, texts), form, texts)
        if await self._was_stopped_early(job):
            caption += "\n" + texts.html("video-stopped-early")
        effective = await effective_settings_of(self.database, self.limits, job.conversation)
        keyboard = video_keyboard(job, self.limits, effective, texts, as_note=False)
        keyboard = await with_group_buttons(self.database, job, keyboard, texts)
        destination = await self.messenger.reply_to_voice(job)
        return Package(job, await self.video(job, form), caption, destination, keyboard)

    async def wants_note(self, job: Job) -> bool:
        """Whether it is to be a round note, and short enough for one."""
        effective = await effective_settings_of(self.database, self.limits, job.conversation)
        return (
            effective.reply_as == "note"
            and (job.billed_milliseconds or 0) <= LONGEST_NOTE_MILLISECONDS
        )

    async def _was_stopped_early(self, job: Job) -> bool:
        made = await tasks.of_job(self.database, job.id)
        return any(task.state == TaskState.CANCELLED for task in made)

    async def again(self, job: Job, form: Form, text: str, destination: Destination) -> Package:
        """The package that brings a video of earlier, with that text; raises as `first`."""
        texts = await self.messenger.texts_for(job.user_id, job.chat_id)
        caption = _with_note(texts.html(text, label=ai_label_of(job, texts)), form, texts)
        return Package(job, await self.video(job, form), caption, destination)

    async def known(self, job: Job, text: str, destination: Destination) -> Package | None:
        """The same by the id under which Telegram has it; None when it has none."""
        if job.video_file_id is None:
            return None
        texts = await self.messenger.texts_for(job.user_id, job.chat_id)
        video = OutgoingVideo(job.video_file_id, 0, 0, 0, as_file=bool(job.sent_as_file))
        return Package(job, video, texts.html(text, label=ai_label_of(job, texts)), destination)

    async def note(self, job: Job) -> OutgoingNote:
        """The video as a round note; raises as `first`, and TooLongForNote."""
        path = await self._rounded(job)
        facts, cover = await self.common.media.renderer.run(facts_and_cover, path)
        seconds = max(1, round(facts.duration_milliseconds / 1000))
        return OutgoingNote(path, facts.width, seconds, thumbnail=cover)

    async def video(self, job: Job, form: Form) -> OutgoingVideo:
        """The video in that form; raises as `first`."""
        path = self.path(job)
        if form is Form.SMALLER:
            path = await self._smaller(job)
        elif form is Form.FILE:
            return OutgoingVideo(path, 0, 0, 0, file_name=_FILE_NAME, as_file=True)
        facts, cover = await self.common.media.renderer.run(facts_and_cover, path)
        seconds = max(1, round(facts.duration_milliseconds / 1000))
        video = OutgoingVideo(path, facts.width, facts.height, seconds, file_name=_FILE_NAME)
        return replace(video, thumbnail=cover, cover=cover)

    async def _rounded(self, job: Job) -> Path:
        whole = self.path(job)
        target = whole.with_name(f"{job.id}.note.mp4")
        if _is_outdated(target, whole):
            await self.common.media.renderer.run(make_round_note, whole, target, f"job-{job.id}")
        return target

    async def _smaller(self, job: Job) -> Path:
        whole = self.path(job)
        target = whole.with_name(f"{job.id}.smaller.mp4")
        if _is_outdated(target, whole):
            wanted_bytes = int(whole.stat().st_size * _SMALLER_THAN_REFUSED)
            limit_bytes = min(UPLOAD_LIMIT_BYTES - _ROOM_BYTES, wanted_bytes)
            await self.common.media.renderer.run(
                shrink_video, whole, target, limit_bytes, f"job-{job.id}"
            )
        return target


_NOTES = {Form.SMALLER: "video-smaller", Form.FILE: "video-as-file"}


def _with_note(caption: str, form: Form, texts: Catalogue) -> str:
    return f"{caption}\n{texts.html(_NOTES[form])}" if form in _NOTES else caption


def _is_outdated(made: Path, whole: Path) -> bool:
    """An older one may be that of another job which had this number in another database."""
    return not made.exists() or made.stat().st_mtime < whole.stat().st_mtime
