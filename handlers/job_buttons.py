"""Buttons under what is said of a job: cancel it, make it once more."""

from __future__ import annotations

from handlers.cancelling import cancel_job
from handlers.pressing import Action, NotYours, Press, TooLate
from handlers.starting import started
from storage import jobs
from storage.jobs import Job, JobState


async def cancel(pressed: Press) -> str:
    """cancel:JOB stops what waits, and tries to stop what runs."""
    job = await own_job(pressed)
    if job.state not in _CANCELLABLE:
        raise TooLate
    stopped = await cancel_job(pressed.desk, job)
    pressed.desk.nudge()
    return "answer-cancelled" if stopped else "answer-stopping"


async def retry(pressed: Press) -> str:
    """retry:JOB makes it once more of what was sent."""
    job = await own_job(pressed)
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise TooLate
    return await started(pressed, pressed.desk.pairing.again(job, pressed.message_id))


async def own_job(pressed: Press) -> Job:
    """The job the button's first number names; raises NotYours, TooLate."""
    job = await jobs.get(pressed.desk.database, pressed.number(0))
    if job is None:
        raise TooLate
    if job.user_id != pressed.user_id:
        raise NotYours
    return job


_CANCELLABLE = (
    *(JobState.PREPARING, JobState.READY, JobState.SUBMITTING),
    *(JobState.RUNNING, JobState.IN_PARTS),
)

ACTIONS: dict[str, Action] = {"cancel": cancel, "retry": retry}
