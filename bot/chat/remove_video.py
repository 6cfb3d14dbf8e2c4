"""Removing a video from the chat it came in: the one way, whoever wants it gone."""

from __future__ import annotations

import logging

from bot.telegram.errors import TelegramFailure, TokenRejected, TryAgain
from bot.telegram.sender import Sender
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)


async def remove_video(sender: Sender, job: Job) -> bool:
    """Delete the message in which the video came, in the chat where that lies.

    False where Telegram does not let it go (any more), and where it is not known which message
    that is: a number alone may be somebody else's message.

    Raises: `TryAgain`, `TokenRejected`.
    """
    if job.video_at is None:
        logger.warning("where the video of job %s lies is not known: nothing is deleted", job.id)
        return False
    try:
        await sender.delete_message(*job.video_at)
    except (TryAgain, TokenRejected):
        raise
    except TelegramFailure as failure:
        logger.warning("the video of job %s stays in its chat: %s", job.id, failure)
        return False
    return True
