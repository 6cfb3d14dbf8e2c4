"""What the operator alone can ask for: /adopt and /release a job, /resume after an outage."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.context import MessageContext
from storage.jobs import candidates
from storage.jobs.candidates import CandidateAnswer

_LARGEST_JOB = 2**63 - 1


async def adopt(context: MessageContext) -> None:
    """/adopt JOB TASK: the job goes on with this task."""
    words = context.words
    job_id = _job_in(words, 2)
    if job_id is None:
        await context.reply(context.texts.html("adopt-usage"))
        return
    answer = await context.database.do(candidates.adopt, job_id, words[1])
    await _reply(context, answer, "adopt-done", job_id, words[1])


async def release(context: MessageContext) -> None:
    """/release JOB: no task is its own, or none is wanted; it ends without charge."""
    job_id = _job_in(context.words, 1)
    if job_id is None:
        await context.reply(context.texts.html("release-usage"))
        return
    answer = await context.database.do(candidates.release, job_id, "failed-released")
    await _reply(context, answer, "release-done", job_id)


def _job_in(words: Sequence[str], count: int) -> int | None:
    """The job's number, where there are so many words."""
    if len(words) != count or not (words[0].isascii() and words[0].isdigit()):
        return None
    number = int(words[0][:20])
    return number if number <= _LARGEST_JOB else None


async def _reply(
    context: MessageContext, answer: CandidateAnswer, done: str, job_id: int, task_id: str = ""
) -> None:
    match answer:
        case CandidateAnswer.DONE:
            context.services.wakeup()
            text = context.texts.html(done, job=str(job_id), task=task_id)
        case CandidateAnswer.NOT_LISTED:
            text = context.texts.html("adopt-not-listed", job=str(job_id), task=task_id)
        case CandidateAnswer.NOT_ASKED:
            text = context.texts.html("adopt-not-asked", job=str(job_id))
    await context.reply(text)


async def resume(context: MessageContext) -> None:
    """/resume: try at once whether the provider serves again."""
    trying = await context.services.outages.resume(asked=True)
    await context.reply(context.texts.html("resume-trying" if trying else "resume-nothing"))
    context.services.wakeup()
