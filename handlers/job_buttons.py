"""Buttons under what is said of a job: cancel it, make it once more."""

from __future__ import annotations

from handlers.cancelling import cancel_job
from handlers.pressing import Action, Answer, NotYours, Press, TooLate
from handlers.rights import require_use
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


async def retry(pressed: Press) -> str | Answer:
    """retry:JOB makes it once more of what was sent.

    The message with the button becomes the new job's status, if it is that of the old one: a
    press may be forged, and another message belongs to something else.
    """
    job = await job_to_use(pressed)
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        raise TooLate
    pressed_at = (pressed.chat_id, pressed.message_id)
    is_status = pressed_at == (job.chat_id, job.status_message_id)
    status_message_id = pressed.message_id if is_status else None
    return await started(pressed, pressed.desk.pairing.again(job, status_message_id))


async def own_job(pressed: Press) -> Job:
    """The job the button's first number names; raises NotYours, TooLate."""
    job = await jobs.get(pressed.desk.database, pressed.number(0))
    if job is None:
        raise TooLate
    if job.user_id != pressed.user_id:
        raise NotYours
    return job


async def job_to_use(pressed: Press) -> Job:
    """The same, where its photo and voice are to be used once more; raises NotForYou as well."""
    job = await own_job(pressed)
    await require_use(pressed, job.chat_id)
    return job


_CANCELLABLE = (
    *(JobState.PREPARING, JobState.READY, JobState.SUBMITTING),
    *(JobState.RUNNING, JobState.IN_PARTS),
)

ACTIONS: dict[str, Action] = {"cancel": cancel, "retry": retry}
