"""A paid result is compared with what was ordered; what is wrong is told, and mended if it can be.

The operator hears of it because it cost money; the person gets the best that can be made.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bot.chat.provider_texts import RESULT_TEXTS
from bot.common import Component, Part
from bot.config.engines import ENGINES
from bot.intake.inputs import LongVoice
from bot.media.calls import stamp_label
from bot.media.exchange import OrderedVideo
from bot.media.result import keep_result
from storage.jobs import jobs
from storage.jobs.jobs import Job
from storage.jobs.tasks import Task


class Mending(Component):
    """Makes a result what is kept."""

    long_voice = Part(LongVoice)

    async def keep(self, task: Task, job: Job, raw: Path, target: Path) -> None:
        """Write it to `target`, labelled; a preview, which costs nothing, as it is.

        Raises: MediaUnusable, where it cannot be played at all; OSError; `TelegramFailure`s that a
        later attempt may not meet.
        """
        label = f"job-{job.id}"
        if ENGINES[task.engine].is_local:
            await self.common.media.run(stamp_label, raw, target, label)
            return
        ordered = OrderedVideo(task.length_milliseconds, job.resolution, await self._shape(job))
        voice = partial(self.long_voice.of_job, job) if job.is_made_by(task) else None
        faults = await keep_result(self.common.media, raw, target, label, ordered, voice)
        if faults:
            await self._tell(job, task, [RESULT_TEXTS[fault] for fault in faults])

    async def _tell(self, job: Job, task: Task, detail: list[str]) -> None:
        subject, key = f"result:{','.join(detail)}", "operator-result-wrong"
        task_id = task.task_id or "–"
        await self.operator.tell(subject, key, job=job.id, task=task_id, detail=detail)

    async def _shape(self, job: Job) -> float | None:
        """The photo's, where the engine keeps it."""
        if ENGINES[job.engine].needs_boxes:
            return None
        photo, _ = await jobs.items_of(self.database, job)
        width, height = photo.width_pixels, photo.height_pixels
        return width / height if width and height else None
