"""Packages: a job's video, its caption and buttons, in a form that Telegram takes."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from bot.chat.keyboards import video_keyboard
from bot.chat.receipt import ai_label_of, receipt_text
from bot.common import Component
from bot.config.engines import ENGINES
from bot.media.calls import facts_and_cover, make_round_note, round_preview, shrink_video
from bot.telegram.destination import Destination
from bot.telegram.outgoing import UPLOAD_LIMIT_BYTES, OutgoingVideo
from bot.telegram.rate_limits import is_group
from bot.texts import Catalogue
from storage.jobs import deliveries, tasks
from storage.jobs.deliveries import Form
from storage.jobs.jobs import Job
from storage.jobs.tasks import TaskState

_SMALLER_THAN_REFUSED = 0.5
"""What was refused as too big is made half as big, and under the known limit in any case."""

_ROOM_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Copy:
    """One way to send a video: in that form, by Telegram's `file_id` or from the kept file.

    `sha256` is the hash of the file that Telegram has, as far as it is known.
    """

    form: Form
    file_id: str | None = None
    sha256: str | None = None

    @property
    def is_usual(self) -> bool:
        """Whether its refusal tells why the video cannot be sent: nothing else was in its way."""
        return self.file_id is None and self.form is not Form.ROUND


MADE = (Copy(Form.VIDEO), Copy(Form.SMALLER), Copy(Form.FILE))
"""Of the kept file: the next one where Telegram does not take the one before."""


@dataclass(frozen=True, slots=True)
class SendRequest:
    """A video to be sent for one cause, to the first of these chats in the first of these copies
    that is taken.

    `is_first`: it delivers the job, so it has to come, if need be by editing a message, and has its
    receipt; `text` is the key of the caption of the others.
    """

    job: Job
    cause: str
    destinations: tuple[Destination, ...]
    copies: tuple[Copy, ...]
    text: str = ""
    is_first: bool = False


def with_private(there: Destination, user_id: int) -> tuple[Destination, ...]:
    """That chat and, where it is a group, which may refuse, that person's private chat."""
    return (there, Destination(user_id)) if is_group(there.chat_id) else (there,)


class Packager(Component):
    """Makes packages of what is kept on disk."""

    async def pack(self, request: SendRequest, copy: Copy, chat_id: int) -> OutgoingVideo:
        """The package for this request in that chat.

        Raises: VideoUnreadable, MediaNotMade, OSError; for a round note also, where Telegram has
        the only video, what `Files.download` raises.
        """
        job, video = request.job, await self._video(request.job, copy)
        if isinstance(video.source, Path):
            video = replace(video, sha256=await asyncio.to_thread(_sha256, video.source))
        if copy.form is Form.ROUND:
            return video
        reader_id = job.user_id if is_group(chat_id) else chat_id
        texts = await self.texts_for(reader_id, chat_id)
        video = replace(video, caption=await self._caption(request, copy, texts))
        if not request.is_first or chat_id != request.destinations[0].chat_id:
            return video
        keyboard = await video_keyboard(self.database, job, self.limits, texts, as_note=False)
        return replace(video, keyboard=keyboard)

    async def _caption(self, request: SendRequest, copy: Copy, texts: Catalogue) -> str:
        job, note = request.job, None if copy.file_id else _NOTES.get(copy.form)
        if request.is_first:
            lines = [await receipt_text(self, job, texts)]
        else:
            lines = [texts.html(request.text, label=ai_label_of(job, texts))]
        if note is not None:
            lines.append(texts.html(note))
        stopped = request.is_first and job.cancel_requested
        made = await tasks.of_job(self.database, job.id) if stopped else []
        if any(task.state != TaskState.FETCHED for task in made):
            lines.append(texts.html("video-stopped-early"))
        return "\n".join(lines)

    async def _video(self, job: Job, copy: Copy) -> OutgoingVideo:
        """What makes a round note known as AI's is in its picture."""
        if copy.file_id is not None:
            return OutgoingVideo(copy.file_id, form=copy.form, sha256=copy.sha256)
        path = self.limits.video_of(job.id)
        match copy.form:
            case Form.FILE:
                return OutgoingVideo(path, form=copy.form)
            case Form.SMALLER:
                path = await self._smaller(job)
            case Form.ROUND:
                path = await self._rounded(job)
        facts, cover, thumbnail = await self.common.media.run(facts_and_cover, path)
        seconds = max(1, round(facts.duration_milliseconds / 1000))
        return OutgoingVideo(
            path,
            facts.width,
            facts.height,
            seconds,
            thumbnail=thumbnail,
            cover=None if copy.form is Form.ROUND else cover,
            form=copy.form,
        )

    async def _rounded(self, job: Job) -> Path:
        whole = await self._kept(job)
        target = whole.with_name(f"{job.id}.note.mp4")
        if _is_outdated(target, whole):
            call = round_preview if ENGINES[job.engine].is_local else make_round_note
            await self.common.media.run(call, whole, target, f"job-{job.id}")
        return target

    async def _kept(self, job: Job) -> Path:
        """Where nothing is kept, Telegram's copy; it is removed again as that would be."""
        path = self.limits.video_of(job.id)
        files = await deliveries.with_files(self.database, job.id)
        known = next((d.file_id for d in files if d.file_id and d.form != Form.ROUND), None)
        if known is not None and not await asyncio.to_thread(path.exists):
            await asyncio.to_thread(_write, path, await self.files.download(known))
        return path

    async def _smaller(self, job: Job) -> Path:
        whole = self.limits.video_of(job.id)
        target = whole.with_name(f"{job.id}.smaller.mp4")
        if _is_outdated(target, whole):
            wanted_bytes = int(whole.stat().st_size * _SMALLER_THAN_REFUSED)
            limit_bytes = min(UPLOAD_LIMIT_BYTES - _ROOM_BYTES, wanted_bytes)
            await self.common.media.run(shrink_video, whole, target, limit_bytes, f"job-{job.id}")
        return target


_NOTES = {Form.SMALLER: "video-smaller", Form.FILE: "video-as-file"}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.stem}.copy.mp4")
    part.write_bytes(data)
    part.replace(path)


def _is_outdated(made: Path, whole: Path) -> bool:
    """An older one may be that of another job which had this number in another database."""
    return not made.exists() or made.stat().st_mtime < whole.stat().st_mtime
