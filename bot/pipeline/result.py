"""The result: a paid video is copied from the provider, checked, labelled and kept."""

from __future__ import annotations

import logging
from pathlib import Path

from bot.clock import Clock
from bot.dashscope import errors as service
from bot.media.video import VideoUnreadable, inspect_video, stamp_label
from bot.media.worker import MediaWorker, MediaWorkerDied
from bot.pipeline.ending import Ending
from bot.pipeline.engine import Engine
from bot.pipeline.operator import Operator
from storage import moves
from storage.database import Database
from storage.jobs import Job

logger = logging.getLogger(__name__)

_WAITS_SECONDS = (1, 2, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 28800)
"""Together under the 24 hours that the provider keeps a result."""


class ResultFetch:
    """Brings a job from fetching to delivering."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        worker: MediaWorker,
        ending: Ending,
        operator: Operator,
        directory: Path,
        clock: Clock,
    ) -> None:
        self._database = database
        self._engine = engine
        self._worker = worker
        self._ending = ending
        self._operator = operator
        self._directory = directory
        self._clock = clock
        directory.mkdir(parents=True, exist_ok=True)

    def path(self, job: Job) -> Path:
        """Where the job's video is kept until it was seen delivered."""
        return self._directory / f"{job.id}.mp4"

    async def fetch(self, job: Job) -> None:
        """Copy, check, label; a passing fault is tried again later, and again."""
        try:
            await self._copy(job)
        except (service.TryAgain, VideoUnreadable, MediaWorkerDied, OSError) as failure:
            await self._again(job, failure)
        except (service.ResultGone, service.ResultRefused) as failure:
            await self._lost(job, str(failure))
        else:
            async with self._database.transaction() as tx:
                await moves.fetched(tx, job.id)

    async def _copy(self, job: Job) -> None:
        assert job.video_url is not None  # noqa: S101
        raw = self._directory / f"{job.id}.part.mp4"
        await self._engine.fetch(job.video_url, raw)
        await self._worker.run(_checked_and_labelled, raw, self.path(job), f"job-{job.id}")
        raw.unlink(missing_ok=True)

    async def _again(self, job: Job, failure: Exception) -> None:
        logger.warning("result of job %s: %r", job.id, failure)
        if job.tries >= len(_WAITS_SECONDS):
            await self._lost(job, repr(failure))
            return
        not_before = self._clock.now_milliseconds() + _WAITS_SECONDS[job.tries] * 1000
        async with self._database.transaction() as tx:
            await moves.postpone(tx, job.id, not_before)

    async def _lost(self, job: Job, detail: str) -> None:
        await self._operator.tell(
            f"lost:{job.id}", "operator-lost", job=job.id, task=job.task_id or "", detail=detail
        )
        await self._ending.fail(job, "failed-lost", detail)


def _checked_and_labelled(raw: Path, target: Path, produce_id: str) -> None:
    """In the worker process."""
    inspect_video(raw)
    stamp_label(raw, target, produce_id=produce_id)
