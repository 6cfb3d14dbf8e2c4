"""Removing a video: every message that ever showed it, in the one way, whoever wants it gone."""

from __future__ import annotations

import logging

from bot.common import Component
from bot.telegram.errors import LATER, TelegramFailure, TryAgain
from storage.jobs import deliveries
from storage.jobs.deliveries import Delivery
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)


async def remove_video(services: Component, job: Job) -> list[Delivery]:
    """Delete every message with the job's video, and the ids that bring it; what stays, or may.

    Telegram does not let everything go (for ever), and of one whose fate is unknown nobody knows
    which message it is: a number alone may be somebody else's message.

    Raises: `TryAgain`, when all others were tried; `TokenRejected`.
    """
    async with services.database.transaction() as tx:
        await deliveries.forget_files(tx, job.id)
        found = await deliveries.shown(tx, job.id)
    left, put_off = [], None
    for delivery in found:
        try:
            if not await _remove(services, delivery):
                left.append(delivery)
        except TryAgain as failure:
            put_off = failure
    if put_off is not None:
        raise put_off
    return left


async def _remove(services: Component, delivery: Delivery) -> bool:
    if delivery.message_id is None:
        logger.warning("where %s lies is not known: nothing is deleted", delivery.cause)
        return False
    try:
        await services.sender.delete_message(delivery.chat_id, delivery.message_id)
    except LATER:
        raise
    except TelegramFailure as failure:
        logger.warning("%s stays in chat %s: %s", delivery.cause, delivery.chat_id, failure)
        return False
    await services.database.do(deliveries.removed, delivery.id)
    return True
