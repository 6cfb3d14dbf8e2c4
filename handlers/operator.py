"""What the operator alone can ask for: /adopt and /release a job, /resume after an outage."""

from __future__ import annotations

from handlers.context import CannotDo, MessageContext
from storage.jobs import candidates
from storage.jobs.candidates import CandidateAnswer

_LARGEST_JOB = 2**63 - 1
_NOT_DONE = {
    CandidateAnswer.NOT_LISTED: "adopt-not-listed",
    CandidateAnswer.NOT_ASKED: "adopt-not-asked",
}


async def adopt(context: MessageContext) -> None:
    """/adopt JOB TASK: the job goes on with this task."""
    job_id, task_id = _job_in(context, 2, "adopt-usage"), context.words[1]
    answer = await context.database.do(candidates.adopt, job_id, task_id)
    await _reply(context, answer, "adopt-done", job_id, task_id)


async def release(context: MessageContext) -> None:
    """/release JOB: no task is its own, or none is wanted; it ends without charge."""
    job_id = _job_in(context, 1, "release-usage")
    answer = await context.database.do(candidates.release, job_id, "failed-released")
    await _reply(context, answer, "release-done", job_id)


def _job_in(context: MessageContext, count: int, usage: str) -> int:
    """The job's number, where there are so many words; raises CannotDo."""
    words = context.words
    if len(words) == count and words[0].isascii() and words[0].isdigit():
        number = int(words[0][:20])
        if number <= _LARGEST_JOB:
            return number
    raise CannotDo(context.texts.html(usage))


async def _reply(
    context: MessageContext, answer: CandidateAnswer, done: str, job_id: int, task_id: str = ""
) -> None:
    if answer is CandidateAnswer.DONE:
        context.services.wakeup()
    key = _NOT_DONE.get(answer, done)
    await context.reply(context.texts.html(key, job=str(job_id), task=task_id))


async def resume(context: MessageContext) -> None:
    """/resume: try at once whether the provider serves again."""
    trying = await context.services.outages.resume(asked=True)
    await context.reply(context.texts.html("resume-trying" if trying else "resume-nothing"))
    context.services.wakeup()
