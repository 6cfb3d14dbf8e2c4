"""Sending a video: the one way, whoever is to see it and why.

It goes to the first destination, in the first form, that takes it. A row of `deliveries` is written
before each call and completed after, so what was sent, or may have been, is not sent again. When it
is unknown whether a job's video came, a message becomes it: an edit can be repeated without harm,
so no video is lost, and none comes a third time.
"""

from __future__ import annotations

import logging

from bot.chat.introduction import Introductions
from bot.chat.messenger import Messenger
from bot.common import Component
from bot.delivery.package import Copy, Package, Packager, SendRequest
from bot.media.errors import MediaFailure, MediaNotMade
from bot.telegram import errors as chat
from bot.telegram.destination import Destination
from bot.telegram.outgoing import OutgoingNote, SentMessage
from bot.telegram.rate_limits import is_group
from storage.groups import groups
from storage.jobs import deliveries, jobs
from storage.jobs.deliveries import Delivery, Form
from storage.jobs.jobs import Job

logger = logging.getLogger(__name__)

_NOT_LIKE_THIS = (chat.FormRefused, chat.NotAllowed, MediaNotMade)
_NOT_KEPT = (MediaFailure, OSError)


class VideoSender(Component):
    """Sends each video once for each cause."""

    packager: Packager
    messenger: Messenger
    introductions: Introductions

    async def send(self, request: SendRequest) -> None:
        """Show the video, or go on where an earlier attempt ended; done twice, it is shown once.

        Raises: what spoke against the first destination: `TelegramFailure`s, `MediaFailure`s,
        OSError. After `SendUnknown` it may be there, and is not sent again.
        """
        begun = await deliveries.begun(self.database, request.job, request.cause)
        if begun is not None and (begun.sent_at_milliseconds or not request.is_first):
            return
        refusal: chat.Refused | None = None
        for chat_id in _chats(request, begun):
            try:
                await self._in_some_form(request, chat_id)
            except chat.Refused as failure:
                logger.info("job %s is refused in chat %s: %s", request.job.id, chat_id, failure)
                if isinstance(failure, chat.ChatDead):
                    await self.messenger.note_dead(chat_id, failure)
                refusal = refusal or failure
                if isinstance(refusal, chat.FormRefused):
                    break
            else:
                return
        assert refusal is not None  # noqa: S101
        raise refusal

    async def _in_some_form(self, request: SendRequest, chat_id: int) -> None:
        refusals: dict[Copy, Exception] = {}
        passed_over = _NOT_LIKE_THIS if request.is_first else (*_NOT_LIKE_THIS, *_NOT_KEPT)
        for copy in request.copies:
            if copy.form is Form.SMALLER and _is_forbidden(refusals):
                continue
            try:
                return await self._show(request, copy, chat_id)
            except passed_over as failure:
                logger.warning("job %s cannot be sent %s: %r", request.job.id, copy, failure)
                refusals[copy] = failure
                await self._tell_group(request.job, chat_id, copy, failure)
        usual = [failure for copy, failure in refusals.items() if copy.is_usual]
        raise (usual or list(refusals.values())[-1:])[0]

    async def _show(self, request: SendRequest, copy: Copy, chat_id: int) -> None:
        """As a new message; a message becomes it where that may have happened already.

        Nothing can be edited into a round note: the message becomes the video then.
        """
        into = await self._begun(request, chat_id)
        if into is None:
            try:
                await self._as_new(request, copy)
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
        if chat_id != request.destination.chat_id:
            return await self._new_text(request, chat_id)
        return None if begun is None else await self._status(request)

    async def _as_new(self, request: SendRequest, copy: Copy) -> None:
        package, there = await self.packager.pack(request, copy), request.destination
        async with self.database.transaction() as tx:
            await deliveries.sending(tx, request.job, request.cause, copy.form, there.chat_id)
        try:
            sent = await self._call(package, there)
        except chat.SendUnknown as failure:
            if failure.message_id is None:
                raise
            is_note = copy.form is Form.ROUND
            sent = SentMessage(there.chat_id, failure.message_id, is_note=is_note)
        except (chat.TelegramFailure, OSError):
            async with self.database.transaction() as tx:
                await deliveries.not_sent(tx, request.cause)
            raise
        await self._sent(request.cause, copy, sent, package)

    async def _call(self, package: Package, there: Destination) -> SentMessage:
        if isinstance(package.video, OutgoingNote):
            return await self.sender.send_video_note(there, package.video)
        return await self.sender.send_video(
            there, package.video, caption=package.caption, keyboard=package.keyboard
        )

    async def _edit(self, request: SendRequest, copy: Copy, into: Delivery) -> None:
        """Where that message is gone, a new one is said first.

        A text that is sent once too often does less harm than a video.
        """
        package = await self.packager.pack(request, copy)
        try:
            sent = await self._edit_message(request, into, package)
        except (chat.MessageGone, chat.ThreadClosed) as failure:
            logger.info("job %s has a new message: %s", request.job.id, failure)
            async with self.database.transaction() as tx:
                await deliveries.removed(tx, into.id)
            into = await self._new_text(request, into.chat_id)
            sent = await self._edit_message(request, into, package)
        await self._sent(into.cause, copy, sent, package)

    async def _edit_message(
        self, request: SendRequest, into: Delivery, package: Package
    ) -> SentMessage:
        assert into.message_id is not None and not isinstance(package.video, OutgoingNote)  # noqa: S101, PT018
        return await self.sender.edit_into_video(
            into.chat_id,
            into.message_id,
            package.video,
            caption=package.caption,
            keyboard=None if into.chat_id != request.destination.chat_id else package.keyboard,
        )

    async def _status(self, request: SendRequest) -> Delivery:
        """The job's status message, which becomes the video."""
        current = await jobs.get(self.database, request.job.id) or request.job
        if current.status_message_id is None:
            return await self._new_text(request, current.chat_id)
        return await self._becomes(request, current.chat_id, current.status_message_id)

    async def _new_text(self, request: SendRequest, chat_id: int) -> Delivery:
        """A new message that becomes the video: a status, or in the maker's private chat."""
        job = request.job
        if chat_id == request.destination.chat_id:
            return await self._becomes(
                request, chat_id, await self.messenger.new_status(job, "job-delivering")
            )
        texts = await self.messenger.texts_for(job.user_id)
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

    async def _sent(self, cause: str, copy: Copy, sent: SentMessage, package: Package) -> None:
        """Telegram makes a video of a note that is not square."""
        form = Form.VIDEO if copy.form is Form.ROUND and not sent.is_note else copy.form
        async with self.database.transaction() as tx:
            await deliveries.sent(
                tx,
                cause,
                form,
                sent.message_id,
                thread_id=sent.thread_id or 0,
                file_id=sent.video_file_id,
                thumbnail_file_id=sent.thumbnail_id,
                sha256=package.sha256,
            )
        logger.info("%s is sent as message %s of chat %s", cause, sent.message_id, sent.chat_id)

    async def _tell_group(self, job: Job, chat_id: int, copy: Copy, failure: Exception) -> None:
        """The group's members are told once what it does not let the bot do."""
        if not (copy.is_usual and is_group(chat_id) and isinstance(failure, chat.NotAllowed)):
            return
        try:
            await self.introductions.refused(chat_id, "videos", job.user_id)
        except chat.TelegramFailure as trouble:
            logger.info("chat %s is not told what is missing: %s", chat_id, trouble)


def _chats(request: SendRequest, begun: Delivery | None) -> tuple[int, ...]:
    """The chat; of a job's video that its group refuses, its maker's private chat."""
    here, private = request.destination.chat_id, request.job.user_id
    if not request.is_first or not is_group(here):
        return (here,)
    return (private,) if begun is not None and begun.chat_id == private else (here, private)


def _is_forbidden(refusals: dict[Copy, Exception]) -> bool:
    """A chat that takes no videos takes no smaller ones."""
    return any(
        isinstance(failure, chat.NotAllowed) for copy, failure in refusals.items() if copy.is_usual
    )
