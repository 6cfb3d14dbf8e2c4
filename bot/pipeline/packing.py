"""Packing: a job's video, its caption and where it goes, in a form that Telegram takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

from bot.clock import Clock
from bot.media.shrink import shrink_video
from bot.media.video import VideoFacts, inspect_video, make_cover
from bot.media.worker import MediaWorker
from bot.pipeline.conversation import Conversation
from bot.pipeline.terms import Terms
from bot.telegram.outgoing import UPLOAD_LIMIT_BYTES, OutgoingVideo
from bot.texts import Catalogue
from storage import ledger, media
from storage.database import Database
from storage.jobs import Job

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
class Parcel:
    """All that sending takes. `reply_to` is the voice note, where its message is still known."""

    job: Job
    video: OutgoingVideo
    caption: str
    reply_to: int | None


class Packing:
    """Makes parcels of what is kept on disk."""

    def __init__(
        self,
        database: Database,
        worker: MediaWorker,
        conversation: Conversation,
        terms: Terms,
        clock: Clock,
    ) -> None:
        self._database = database
        self._worker = worker
        self._conversation = conversation
        self._terms = terms
        self._clock = clock

    def path(self, job: Job) -> Path:
        """Where the job's video is kept until it was seen delivered, and for a while after."""
        return self._terms.results / f"{job.id}.mp4"

    async def first(self, job: Job, form: Form) -> Parcel:
        """The parcel that brings the video for the first time, with its receipt.

        Raises: VideoUnreadable, CannotShrink, MediaWorkerDied, OSError.
        """
        texts = await self._conversation.texts_for(job.user_id)
        caption = _with_note(await self._receipt(job, texts), form, texts)
        sound = await media.get(self._database, job.sound_id)
        # A group that became a supergroup has new message ids, which nobody tells (0).
        reply_to = (sound.message_id or None) if sound else None
        return Parcel(job, await self.video(job, form), caption, reply_to)

    async def again(self, job: Job, form: Form) -> Parcel:
        """The parcel that brings a video of earlier; raises as `first`."""
        texts = await self._conversation.texts_for(job.user_id)
        caption = _with_note(texts.html(_kind(job, "video-last")), form, texts)
        return Parcel(job, await self.video(job, form), caption, None)

    async def known(self, job: Job) -> Parcel | None:
        """The same by the id under which Telegram has it; None when it has none."""
        if job.video_file_id is None:
            return None
        texts = await self._conversation.texts_for(job.user_id)
        video = OutgoingVideo(job.video_file_id, 0, 0, 0, as_file=bool(job.sent_as_file))
        return Parcel(job, video, texts.html(_kind(job, "video-last")), None)

    async def video(self, job: Job, form: Form) -> OutgoingVideo:
        """The video in that form; raises as `first`."""
        path = self.path(job)
        if form is Form.SMALLER:
            path = await self._smaller(job)
        elif form is Form.FILE:
            return OutgoingVideo(path, 0, 0, 0, file_name=_FILE_NAME, as_file=True)
        facts, cover = await self._worker.run(_facts_and_cover, path)
        seconds = max(1, round(facts.duration_milliseconds / 1000))
        video = OutgoingVideo(path, facts.width, facts.height, seconds, file_name=_FILE_NAME)
        return replace(video, thumbnail=cover, cover=cover)

    async def _smaller(self, job: Job) -> Path:
        whole = self.path(job)
        target = whole.with_name(f"{job.id}.smaller.mp4")
        # An older one may be that of another job which had this number in another database.
        if not target.exists() or target.stat().st_mtime < whole.stat().st_mtime:
            wanted_bytes = int(whole.stat().st_size * _SMALLER_THAN_REFUSED)
            limit_bytes = min(UPLOAD_LIMIT_BYTES - _ROOM_BYTES, wanted_bytes)
            await self._worker.run(_shrink, whole, target, limit_bytes, f"job-{job.id}")
        return target

    async def _receipt(self, job: Job, texts: Catalogue) -> str:
        """The AI label and the receipt: what the ledger will say once this is settled."""
        now = self._clock.now_milliseconds()
        quota = await ledger.quota_of(self._database, job.user_id, self._terms.caps, now)
        billed = job.billed_milliseconds or 0
        held = await ledger.charged_milliseconds(self._database, job.id)
        charged = min(job.price.of(billed).quota_milliseconds, held)
        return texts.html(
            _kind(job, "video-caption"),
            seconds=charged / 1000,
            left=(quota.left_milliseconds + held - charged) // 100 / 10,
        )


_NOTES = {Form.SMALLER: "video-smaller", Form.FILE: "video-as-file"}
_PREVIEW = {"video-caption": "video-caption-preview", "video-last": "video-last-preview"}


def _kind(job: Job, key: str) -> str:
    return _PREVIEW[key] if job.engine == "preview" else key


def _with_note(caption: str, form: Form, texts: Catalogue) -> str:
    return f"{caption}\n{texts.html(_NOTES[form])}" if form in _NOTES else caption


def _facts_and_cover(path: Path) -> tuple[VideoFacts, bytes]:
    """In the worker process."""
    return inspect_video(path), make_cover(path)


def _shrink(source: Path, target: Path, limit_bytes: int, produce_id: str) -> None:
    """In the worker process."""
    shrink_video(source, target, limit_bytes=limit_bytes, produce_id=produce_id)
