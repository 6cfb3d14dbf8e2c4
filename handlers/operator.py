"""The operator's answer to the question which task is a job's: /adopt and /release."""

from __future__ import annotations

from telegram import Update

from handlers.context import Context, MessageContext, message_context_of
from handlers.start import unknown_command
from storage.jobs import candidates
from storage.jobs.candidates import Answer

_LARGEST_JOB = 2**63 - 1


async def adopt(update: Update, context: Context) -> None:
    """/adopt JOB TASK: the job goes on with this task."""
    message_context = await _context_of_admin(update, context)
    if message_context is None:
        return
    words = context.args or []
    job_id = _job_in(words, 2)
    if job_id is None:
        await message_context.reply(message_context.texts.html("adopt-usage"))
        return
    async with message_context.services.database.transaction() as tx:
        answer = await candidates.adopt(tx, job_id, words[1])
    await _reply(message_context, answer, "adopt-done", job_id, words[1])


async def release(update: Update, context: Context) -> None:
    """/release JOB: no task is its own, or none is wanted; it ends without charge."""
    message_context = await _context_of_admin(update, context)
    if message_context is None:
        return
    job_id = _job_in(context.args or [], 1)
    if job_id is None:
        await message_context.reply(message_context.texts.html("release-usage"))
        return
    async with message_context.services.database.transaction() as tx:
        answer = await candidates.release(tx, job_id, "failed-released")
    await _reply(message_context, answer, "release-done", job_id)


async def _context_of_admin(update: Update, context: Context) -> MessageContext | None:
    message_context = await message_context_of(update, context)
    if (
        message_context is None
        or message_context.user.id in message_context.services.limits.admin_ids
    ):
        return message_context
    await unknown_command(update, context)
    return None


def _job_in(words: list[str], count: int) -> int | None:
    """The job's number, where there are so many words."""
    if len(words) != count or not (words[0].isascii() and words[0].isdigit()):
        return None
    number = int(words[0][:20])
    return number if number <= _LARGEST_JOB else None


async def _reply(
    message_context: MessageContext, answer: Answer, done: str, job_id: int, task_id: str = ""
) -> None:
    match answer:
        case Answer.DONE:
            message_context.services.wakeup()
            text = message_context.texts.html(done, job=str(job_id), task=task_id)
        case Answer.NOT_LISTED:
            text = message_context.texts.html("adopt-not-listed", job=str(job_id), task=task_id)
        case Answer.NOT_ASKED:
            text = message_context.texts.html("adopt-not-asked", job=str(job_id))
    await message_context.reply(text)


async def resume(update: Update, context: Context) -> None:
    """/resume: try at once whether the provider serves again."""
    message_context = await message_context_of(update, context)
    if message_context is None:
        return
    if message_context.user.id not in message_context.services.limits.admin_ids:
        await unknown_command(update, context)
        return
    trying = await message_context.services.outages.resume(asked=True)
    await message_context.reply(
        message_context.texts.html("resume-trying" if trying else "resume-nothing")
    )
    message_context.services.wakeup()
