"""The result: a paid video is copied from the provider, checked, labelled and kept.

Where the address does not give the video, the task is asked for a fresh one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from bot.common import CommonServices, Component
from bot.dashscope import errors as service
from bot.dashscope.tasks import TaskStatus
from bot.delivery.finish import Finisher
from bot.engines.registry import Engines
from bot.media.calls import check_and_label
from bot.media.errors import MediaUnusable
from bot.retry import RESULT, RESULT_GONE, RESULT_SPOILT, RetryPolicy
from storage.jobs import job_parts, moves
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ResultFetch(Component):
    """Brings a job from fetching to delivering, a part to kept."""

    common: CommonServices
    engines: Engines
    finisher: Finisher

    def path(self, job: Job) -> Path:
        """Where the job's video is kept until it was seen delivered."""
        return self.limits.results / f"{job.id}.mp4"

    async def fetch(self, job: Job) -> None:
        """Copy, check, label; a passing fault is tried again later, and again."""
        try:
            await self._copy(job, await self._address(job))
        except OSError as failure:
            await self.operator.tell("disk", "operator-disk", detail=str(failure))
            await self._again(job, failure, RESULT)
        except service.TryAgain as failure:
            await self._again(job, failure, RESULT)
        except MediaUnusable as failure:
            await self._again(job, failure, RESULT_SPOILT)
        except service.ResultGone as failure:
            await self._again(job, failure, RESULT_GONE)
        except service.ResultRefused as failure:
            await self._lost(job, str(failure))
        else:
            async with self.database.transaction() as tx:
                if job.whole_id is None:
                    await moves.fetched(tx, job.id)
                else:
                    await job_parts.kept(tx, job.id)

    async def _address(self, job: Job) -> str:
        """The address that came with the success; a fresh one, where that was of no use.

        A provider that does not answer now does not make the old one worse.
        Raises: `service.TryAgain`, `service.ServiceStopped`, `service.ResultGone`.
        """
        if job.video_url is not None and job.tries == 0:
            return job.video_url
        try:
            fresh = await self._fresh_address(job)
        except (service.TryAgain, service.ServiceStopped):
            if job.video_url is None:
                raise
            return job.video_url
        address = fresh or job.video_url
        if address is None:
            raise service.TryAgain("the task succeeded and has no address for its video")
        return address

    async def _fresh_address(self, job: Job) -> str | None:
        assert job.task_id is not None  # noqa: S101
        task = await self.engines.of(job.engine).query(job.task_id)
        if task.status is TaskStatus.UNKNOWN and job.video_url is None:
            raise service.ResultGone("the provider does not know the task any more")
        return task.video_url

    async def _copy(self, job: Job, url: str) -> None:
        raw = self.limits.results / f"{job.id}.part.mp4"
        await self.engines.of(job.engine).fetch(url, raw)
        produce_id = f"job-{job.whole_id or job.id}"
        await self.common.media.renderer.run(check_and_label, raw, self.path(job), produce_id)
        raw.unlink(missing_ok=True)

    async def _again(self, job: Job, failure: Exception, policy: RetryPolicy) -> None:
        logger.warning("result of job %s: %r", job.id, failure)
        delay_seconds = policy.delay_seconds(job.tries + 1)
        if delay_seconds is None:
            await self._lost(job, repr(failure))
            return
        not_before = self.clock.now_milliseconds() + int(delay_seconds * 1000)
        async with self.database.transaction() as tx:
            await moves.postpone(tx, job.id, not_before)

    async def _lost(self, job: Job, detail: str) -> None:
        noting = self.operator.noting(
            f"lost:{job.id}", "operator-lost", job=job.id, task=job.task_id or "", detail=detail
        )
        await self.finisher.fail(job, "failed-lost", detail, noting=noting)
