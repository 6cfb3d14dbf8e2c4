"""What the provider did not make, for certain and unbilled: it refused a submission, or a task of
it failed. For a passing reason it is submitted again, a few times; for any other it is over.
"""

from __future__ import annotations

import logging

from bot.chat.provider_texts import failure_detail, failure_text
from bot.common import Component, Part
from bot.dashscope import errors as service
from bot.delivery.finish import Finisher
from bot.engines.outages import Outages
from bot.jobs.prepare import Preparation
from bot.retry import SUBMIT_REFUSED
from storage.jobs import task_moves, tasks
from storage.jobs.tasks import Task
from storage.outages import Work

logger = logging.getLogger(__name__)


class Refusals(Component):
    """Brings a task from submitting or running back to ready or preparing, or to its end."""

    preparation = Part(Preparation)
    finisher = Part(Finisher)
    outages = Part(Outages)

    async def refused(self, task: Task, failure: service.DashScopeError) -> None:
        """An answer that says no: by its kind, see `bot.dashscope.errors`."""
        match failure:
            case service.ServiceStopped():
                await self.outages.of(task.engine).refused(Work.SUBMIT, failure)
                await self._stopped(task, failure)
            case service.Declined() | service.InputNotFetched():
                await self.again_or_over(task, failure)
            case service.ContentRefused() | service.TaskFailed():
                await self.finisher.fail_task(task, failure_text(failure), failure_detail(failure))
            case _:
                noting = self.operator.noting_of(failure, task.job_id)
                await self.finisher.fail_task(
                    task, failure_text(failure), failure_detail(failure), noting=noting
                )

    async def again_or_over(self, task: Task, failure: service.DashScopeError) -> None:
        """For no reason of the job's own: a few more times, then never."""
        delay_seconds = SUBMIT_REFUSED.delay_seconds(task.refusals + 1)
        if delay_seconds is None and not await self._is_unwanted(task):
            await self._refused_too_often(task, failure)
        elif task.adopted:
            await self._look_up_again(task, failure)
        elif isinstance(failure, service.InputNotFetched):
            await self.preparation.expire(task)
            await self.prepare_again(task, failure, refused=True)
        else:
            await self.wait_again(task, failure, delay_seconds or 0.0, refused=True)

    async def wait_again(
        self, task: Task, reason: Exception, delay_seconds: float, *, refused: bool = False
    ) -> None:
        """One whose job is to be cancelled is cancelled at once: see `moves.advance`."""
        logger.info("task %s was not made (%s), it waits again", task.name, reason)
        await self.database.do(task_moves.wait_again, task, delay_seconds, refused=refused)
        await self.finisher.announce(task.job_id)

    async def prepare_again(
        self, task: Task, reason: Exception | str, *, refused: bool = False
    ) -> None:
        """The same where its copies at the provider are of no use."""
        logger.info("task %s was not made (%s), it is prepared again", task.name, reason)
        await self.database.do(task_moves.prepare_again, task, refused=refused)
        await self.finisher.announce(task.job_id)

    async def _look_up_again(self, task: Task, reason: Exception) -> None:
        """It may have been another program's: whether there is one of its own is asked once more,
        before anything is submitted a second time.
        """
        logger.info("task %s looks for another rendering of its own (%s)", task.name, reason)
        await self.database.do(task_moves.look_up_again, task)

    async def _stopped(self, task: Task, failure: service.ServiceStopped) -> None:
        """It waits for the end of the outage; a task that was taken all the same counts, because
        each that is taken ends the outage.
        """
        if task.task_id is None:
            await self.wait_again(task, failure, 0)
        else:
            await self.again_or_over(task, failure)

    async def _is_unwanted(self, task: Task) -> bool:
        current = await tasks.get(self.database, task.id)
        return current is not None and current.cancel_requested > 0

    async def _refused_too_often(self, task: Task, failure: service.DashScopeError) -> None:
        """The slot is for others; the operator is told once of all the jobs that end so."""
        noting = self.operator.noting(
            f"declined:{task.engine}", "operator-declined", job=task.job_id, detail=str(failure)
        )
        await self.finisher.fail_task(
            task, failure_text(failure), failure_detail(failure), noting=noting
        )
