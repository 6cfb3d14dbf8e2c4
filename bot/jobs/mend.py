"""A paid result is compared with what was ordered; what is wrong is told, and mended if it can be.

The operator hears of it because it cost money; the person gets the best that can be made.
"""

from __future__ import annotations

import logging
from pathlib import Path

from bot.common import Component, Part
from bot.config.engines import ENGINES
from bot.intake.inputs import LongVoice
from bot.media.calls import join_and_label, label_result, stamp_label
from bot.media.errors import MediaUnusable
from bot.media.exchange import MENDABLE, OrderedVideo, ResultFault, TaskVideo
from storage import media
from storage.jobs.jobs import Job
from storage.jobs.tasks import Task

logger = logging.getLogger(__name__)


class Mending(Component):
    """Makes a result what is kept."""

    long_voice = Part(LongVoice)

    async def keep(self, task: Task, job: Job, raw: Path, target: Path) -> None:
        """Write it to `target`, labelled; a preview, which costs nothing, as it is.

        Raises: MediaUnusable, where it cannot be played at all; OSError; `TelegramFailure`s that a
        later attempt may not meet.
        """
        if ENGINES[task.engine].is_local:
            await self.common.media.run(stamp_label, raw, target, f"job-{job.id}")
            return
        ordered = OrderedVideo(task.length_milliseconds, job.resolution, await self._shape(job))
        faults = await self.common.media.run(label_result, raw, target, f"job-{job.id}", ordered)
        if faults:
            await self._tell(job, task, faults)
        if job.is_made_by(task) and MENDABLE & {*faults}:
            await self._mend(job, task, raw, target)

    async def _tell(self, job: Job, task: Task, faults: tuple[ResultFault, ...]) -> None:
        detail, task_id = ", ".join(fault.value for fault in faults), task.task_id or "–"
        subject, key = f"result:{detail}", "operator-result-wrong"
        await self.operator.tell(subject, key, job=job.id, task=task_id, detail=detail)

    async def _shape(self, job: Job) -> float | None:
        """The photo's, where the engine keeps it."""
        photo = await media.get(self.database, job.photo_id)
        if photo is None or ENGINES[job.engine].needs_boxes:
            return None
        width, height = photo.width_pixels, photo.height_pixels
        return width / height if width and height else None

    async def _mend(self, job: Job, task: Task, raw: Path, target: Path) -> None:
        """Its pictures, for as long as was ordered, under the voice that was ordered.

        Where that cannot be made of it, it stays as it came.
        """
        video = TaskVideo(raw, task.span)
        sound, label = await self.long_voice.of_job(job), f"job-{job.id}"
        try:
            await self.common.media.run(join_and_label, (video,), sound, target, label)
        except MediaUnusable as failure:
            logger.warning("result of task %s is shown as it came: %r", task.name, failure)
