"""Delivery: the video goes out as a reply to the voice message, and its job is settled."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import field

from bot.chat.messenger import Messenger
from bot.common import Component, Part
from bot.delivery.finish import Finisher
from bot.delivery.package import MADE, Copy, SendRequest, with_private
from bot.delivery.send_video import NOT_KEPT, VideoSender, Withdrawn
from bot.limits import effective_settings_of
from bot.logs import SELDOM
from bot.media.errors import VideoUnreadable
from bot.media.sound.lengths import LONGEST_NOTE_MILLISECONDS
from bot.retry import CHAT
from bot.telegram import errors as chat
from storage import due
from storage.jobs import deliveries, jobs, moves, videos
from storage.jobs.deliveries import Form
from storage.jobs.failures import OBJECTED, WITHDRAWN
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)


class Deliverer(Component):
    """Brings a job from delivering to done."""

    messenger = Part(Messenger)
    videos = Part(VideoSender)
    finisher = Part(Finisher)
    _fetched_again: set[int] = field(init=False, default_factory=set)

    async def deliver(self, job: Job) -> None:
        """Send the video, or go on where an earlier attempt ended.

        Raises: `TelegramFailure`s that a later attempt may not meet (TokenRejected, …).
        """
        try:
            await self.videos.send(await self._request(job))
        except Withdrawn:
            objected = await videos.is_stopped(self.database, job)
            await self.finisher.fail(job, OBJECTED if objected else WITHDRAWN)
        except (VideoUnreadable, FileNotFoundError) as failure:
            await self._broken(job, failure)
        except chat.ChatMoved as failure:
            await self.messenger.note_moved(job.chat_id, failure.new_chat_id)
        except chat.FormRefused as failure:
            too_big = isinstance(failure, chat.FileTooBig)
            key = "failed-too-big" if too_big else "failed-invalid"
            await self.finisher.lose(job, failure, key)
        except chat.Refused as failure:
            await self._undeliverable(job, failure)
        except (chat.TryAgain, chat.SendUnknown, chat.MessageGone, *NOT_KEPT) as failure:
            await self._later(job, failure)
        else:
            await self._done(job)

    async def _request(self, job: Job) -> SendRequest:
        """As a round note where that is wanted; no other form can become one."""
        is_short = (job.billed_milliseconds or 0) <= LONGEST_NOTE_MILLISECONDS
        chosen = await effective_settings_of(self.database, self.limits, job.conversation)
        copies = (Copy(Form.ROUND), *MADE) if is_short and chosen.reply_as == "note" else MADE
        there = await self.messenger.reply_to_voice(job)
        where = with_private(there, job.user_id)
        return SendRequest(job, deliveries.first_cause(job), where, copies, is_first=True)

    async def _done(self, job: Job) -> None:
        await self.database.do(moves.delivered, job)
        logger.info("job %s is delivered", job.id)
        await self.finisher.announce(job.id)

    async def _broken(self, job: Job, failure: Exception) -> None:
        """The provider keeps a result for a day: what is broken here is fetched once more."""
        if job.id in self._fetched_again:
            await self.finisher.lose(job, failure)
            return
        logger.warning("job %s: its file is broken (%r) and fetched again", job.id, failure)
        self._fetched_again.add(job.id)
        await asyncio.to_thread(self.limits.video_of(job.id).unlink, missing_ok=True)
        await self.database.do(moves.fetch_again, job.id)

    async def _undeliverable(self, job: Job, failure: chat.TelegramFailure) -> None:
        """Paid and nobody to give it to; the file stays for the retention time."""
        logger.warning("job %s cannot be delivered: %s", job.id, failure)
        await self.database.do(moves.undeliverable, job, str(failure))
        await self.finisher.announce(job.id)

    async def _later(self, job: Job, reason: Exception) -> None:
        """Not before Telegram's pause is over, however long: meanwhile others are served."""
        current = await jobs.get(self.database, job.id) or job
        asked_seconds = getattr(reason, "retry_after_seconds", None)
        seconds = CHAT.endless_delay_seconds(current.tries + 1, asked_seconds)
        logger.warning("job %s is sent again in %.0f s: %s", job.id, seconds, reason, extra=SELDOM)
        await self.database.do(due.postpone, current, seconds)
