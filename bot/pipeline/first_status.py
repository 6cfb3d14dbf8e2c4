"""The first status message of a job that has none: in a group nothing was said before the job,
nor is it where a video is made again.

So is that of a group that has a new id: the old messages are out of reach.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable
from functools import partial

from bot.pipeline.chores import Work
from bot.pipeline.conversation import Conversation
from bot.pipeline.progress import Progress
from bot.telegram.errors import NotSent, TelegramFailure
from storage import jobs
from storage.database import Database
from storage.jobs import FINAL, Job, JobState

logger = logging.getLogger(__name__)

_SOON_OVER = (JobState.FETCHING, JobState.DELIVERING)


class FirstStatus:
    """Says each one once; what may have been said is not said again by this process."""

    def __init__(self, database: Database, conversation: Conversation, progress: Progress) -> None:
        self._database = database
        self._conversation = conversation
        self._progress = progress
        self._said: set[int] = set()

    async def due(self) -> dict[Hashable, Work]:
        """The jobs that show nothing yet."""
        lacking = {job.id for job in await jobs.open_jobs(self._database) if _lacks_status(job)}
        self._said &= lacking
        return {("status", number): partial(self._say, number) for number in lacking - self._said}

    async def _say(self, job_id: int) -> None:
        job = await jobs.get(self._database, job_id)
        if job is None or not _lacks_status(job):
            return
        text, keyboard = await self._progress.status(job)
        try:
            await self._conversation.first_status(job, text, keyboard)
        except NotSent as failure:
            logger.info("the status of job %s has to wait: %s", job_id, failure)
        except TelegramFailure as failure:
            self._said.add(job_id)
            logger.warning("job %s shows no status: %s", job_id, failure)
        else:
            self._progress.show_anew(job_id)


def _lacks_status(job: Job) -> bool:
    """A part shows nothing; what is about to be delivered needs no status any more."""
    return (
        job.status_message_id is None
        and job.whole_id is None
        and job.state not in (*FINAL, *_SOON_OVER)
    )
