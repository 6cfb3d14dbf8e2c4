"""Sending a video: the one way, whoever is to see it and why.

It goes to the first destination, in the first form, that takes it. A row of `deliveries` is written
before each call and completed after, so what was sent, or may have been, is not sent again. When it
is unknown whether a job's video came, a message becomes it: an edit can be repeated without harm,
so no video is lost, and none comes a third time.
"""

from __future__ import annotations

import logging
from itertools import product
from typing import NamedTuple

from bot.chat.introduction import Introductions
from bot.chat.messenger import Messenger
from bot.common import Component, Part
from bot.delivery.package import Copy, Packager, SendRequest
from bot.media.errors import MediaFailure, MediaNotMade, MediaNotNow
from bot.retry import CHAT
from bot.telegram import errors as chat
from bot.telegram.destination import Destination
from bot.telegram.outgoing import OutgoingVideo, SentMessage
from bot.telegram.rate_limits import is_group
from storage.groups import groups
from storage.jobs import deliveries, jobs, videos
from storage.jobs.deliveries import Delivery, Form
from storage.jobs.jobs import Job
from storage.people import people

logger = logging.getLogger(__name__)

NOT_KEPT = (MediaFailure, OSError)
_PLAYED = {Form.VIDEO, Form.SMALLER}


def _put_up_with(request: SendRequest) -> tuple[type[Exception], ...]:
    """What another form may not meet; what this machine cannot do now, it may later."""
    if not request.is_first:
        return NOT_KEPT
    return () if CHAT.delay_seconds(request.job.tries + 1) else (MediaNotNow,)


class Withdrawn(Exception):
    """The video must not be shown (any more)."""


class Refusal(NamedTuple):
    """Why the video does not come in that chat as that copy."""

    chat_id: int
    copy: Copy
    failure: Exception

    @property
    def is_of_the_chat(self) -> bool:
        """Whether the chat is to blame, not what was sent."""
        refused = isinstance(self.failure, chat.Refused)
        return refused and not isinstance(self.failure, chat.FormRefused)

    def rules_out(self, copy: Copy) -> bool:
        """Whether the chat does not take that either: it is closed, or lacks the same right."""
        if not isinstance(self.failure, chat.NotAllowed):
            return self.is_of_the_chat
        return copy.form is self.copy.form or {copy.form, self.copy.form} <= _PLAYED


class VideoSender(Component):
    """Sends each video once for each cause."""

    packager = Part(Packager)
    messenger = Part(Messenger)
    introductions = Part(Introductions)

    async def send(self, request: SendRequest) -> int:
        """Show the video, or go on where an earlier attempt ended; done twice, it is shown once.
        The chat in which it is.

        Raises: Withdrawn; what spoke against the first destination: `TelegramFailure`s,
        `MediaFailure`s, OSError. After `SendUnknown` it may be there, and is not sent again.
        """
        await self._require_shown(request)
        begun = await deliveries.begun(self.database, request.job, request.cause)
        if begun is not None and begun.sent_at_milliseconds:
            return begun.chat_id
        if begun is not None and not request.is_first:
            raise chat.SendUnknown(f"{request.cause} was begun before")
        tried: list[Refusal] = []
        passed_over: tuple[type[Exception], ...] = (
            chat.Refused,
            MediaNotMade,
            *_put_up_with(request),
        )
        for there, copy in product(_left(request, begun), request.copies):
            if _is_in_vain(there.chat_id, copy, tried):
                continue
            try:
                await self._show(request, copy, there)
            except passed_over as failure:
                tried.append(Refusal(there.chat_id, copy, failure))
                await self._note(request.job, tried[-1])
            else:
                return there.chat_id
        raise _reason(tried).failure

    async def _require_shown(self, request: SendRequest) -> None:
        """What somebody had made who is banned by now is shown to administrators alone."""
        for_admin = request.destinations[0].chat_id in self.limits.admin_ids
        banned = not for_admin and await people.is_banned(self.database, request.job.user_id)
        if banned or await videos.is_withdrawn(self.database, request.job):
            raise Withdrawn

    async def _show(self, request: SendRequest, copy: Copy, there: Destination) -> None:
        """As a new message; a message becomes it where that may have happened already.

        Nothing can be edited into a round note: the message becomes the video then.
        """
        into = await self._begun(request, there.chat_id) if request.is_first else None
        if into is None:
            try:
                await self._as_new(request, copy, there)
                return
            except chat.SendUnknown as failure:
                if not request.is_first:
                    raise
                logger.warning("job %s: %s; its status becomes the video", request.job.id, failure)
                into = await self._status(request)
        await self._edit(request, Copy(Form.VIDEO) if copy.form is Form.ROUND else copy, into)

    async def _begun(self, request: SendRequest, chat_id: int) -> Delivery | None:
        """The message that is to become the video there; None where it is sent as a new one."""
        begun = await deliveries.begun(self.database, request.job, request.cause)
        if begun is not None and begun.message_id is not None and begun.chat_id == chat_id:
            return begun
        if chat_id != request.destinations[0].chat_id:
            return await self._new_text(request, chat_id)
        return None if begun is None else await self._status(request)

    async def _as_new(self, request: SendRequest, copy: Copy, there: Destination) -> None:
        video = await self.packager.pack(request, copy, there.chat_id)
        await self.database.do(
            deliveries.sending, request.job, request.cause, copy.form, there.chat_id
        )
        try:
            sent = await self.sender.send_video(there, video)
        except chat.SendUnknown as failure:
            if failure.message_id is None:
                raise
            is_note = copy.form is Form.ROUND
            sent = SentMessage(there.chat_id, failure.message_id, is_note=is_note)
        except (chat.TelegramFailure, OSError):
            await self.database.do(deliveries.not_sent, request.cause)
            raise
        await self._sent(request.cause, copy, sent, video)

    async def _edit(self, request: SendRequest, copy: Copy, into: Delivery) -> None:
        """Where that message is gone, a new one is said first.

        A text that is sent once too often does less harm than a video.
        """
        video = await self.packager.pack(request, copy, into.chat_id)
        try:
            sent = await self._edit_message(into, video)
        except (chat.MessageGone, chat.ThreadClosed) as failure:
            logger.info("job %s has a new message: %s", request.job.id, failure)
            await self.database.do(deliveries.removed, into.id)
            into = await self._new_text(request, into.chat_id)
            sent = await self._edit_message(into, video)
        await self._sent(into.cause, copy, sent, video)

    async def _edit_message(self, into: Delivery, video: OutgoingVideo) -> SentMessage:
        assert into.message_id is not None  # noqa: S101
        return await self.sender.edit_into_video(into.chat_id, into.message_id, video)

    async def _status(self, request: SendRequest) -> Delivery:
        """The job's status message, which becomes the video."""
        current = await jobs.get(self.database, request.job.id) or request.job
        if current.status_message_id is None:
            return await self._new_text(request, current.chat_id)
        return await self._becomes(request, current.chat_id, current.status_message_id)

    async def _new_text(self, request: SendRequest, chat_id: int) -> Delivery:
        """A new message that becomes the video: a status, or in the maker's private chat."""
        job = request.job
        if chat_id == request.destinations[0].chat_id:
            return await self._becomes(
                request, chat_id, await self.messenger.new_status(job, "job-delivering")
            )
        texts = await self.texts_for(job.user_id)
        title = (await groups.settings_of(self.database, job.chat_id)).title
        text = texts.html("private-fallback-here", group=title)
        sent = await self.sender.send_text(Destination(chat_id), text)
        return await self._becomes(request, chat_id, sent.message_id)

    async def _becomes(self, request: SendRequest, chat_id: int, message_id: int) -> Delivery:
        cause = f"{request.cause}:{chat_id}:{message_id}"
        async with self.database.transaction() as tx:
            await deliveries.sending(tx, request.job, cause, Form.VIDEO, chat_id, message_id)
            begun = await deliveries.begun(tx, request.job, cause)
        assert begun is not None  # noqa: S101
        return begun

    async def _sent(self, cause: str, copy: Copy, sent: SentMessage, video: OutgoingVideo) -> None:
        """Telegram makes a video of a note that is not square."""
        form = Form.VIDEO if copy.form is Form.ROUND and not sent.is_note else copy.form
        await self.database.do(
            deliveries.sent,
            cause,
            form,
            sent.message_id,
            thread_id=sent.thread_id or 0,
            file_id=sent.video_file_id,
            thumbnail_file_id=sent.thumbnail_id,
            sha256=video.sha256,
        )
        logger.info("%s is sent as message %s of chat %s", cause, sent.message_id, sent.chat_id)

    async def _note(self, job: Job, refusal: Refusal) -> None:
        """What the chat's members have to know of it is told once."""
        chat_id, copy, failure = refusal
        logger.warning("job %s cannot be sent to %s as %s: %r", job.id, chat_id, copy, failure)
        if isinstance(failure, chat.ChatDead):
            await self.messenger.note_dead(chat_id, failure)
        if not (copy.form is Form.VIDEO and is_group(chat_id)):
            return
        if isinstance(failure, chat.NotAllowed):
            try:
                await self.introductions.refused(chat_id, "videos", job.user_id)
            except chat.TelegramFailure as trouble:
                logger.info("chat %s is not told what is missing: %s", chat_id, trouble)


def _left(request: SendRequest, begun: Delivery | None) -> tuple[Destination, ...]:
    """The destinations but those that had refused it before the last one was begun."""
    chats = [there.chat_id for there in request.destinations]
    begins = chats.index(begun.chat_id) if begun is not None and begun.chat_id in chats else 0
    return request.destinations[begins:]


def _is_in_vain(chat_id: int, copy: Copy, tried: list[Refusal]) -> bool:
    """Another chat is tried only where the one before is to blame."""
    here = [one for one in tried if one.chat_id == chat_id]
    if here or not tried:
        return any(one.rules_out(copy) for one in here)
    return not _reason(tried).is_of_the_chat


def _reason(tried: list[Refusal]) -> Refusal:
    """Why the first chat has no video: what it does not take, else what is wrong with the video."""
    first = [one for one in tried if one.chat_id == tried[0].chat_id]
    not_taken = [one for one in first if one.is_of_the_chat and one.copy.form is not Form.ROUND]
    usual = [one for one in first if one.copy.is_usual]
    return (not_taken or usual or first[-1:])[0]
