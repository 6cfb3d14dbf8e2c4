"""Intake: each media item is fetched, checked and handed over as soon as it arrives.

What is wrong with it is said on its own message; the other item is kept. Free checks come first.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.alerts import Operator
from bot.clock import Clock
from bot.dashscope import errors as service
from bot.intake.outcome import MediaOutcome
from bot.intake.pairing import Pairing
from bot.intake.photo import PhotoCheck
from bot.intake.photo_help import PhotoHelp
from bot.intake.replies import MediaReplies
from bot.intake.retries import is_to_be_said, wait_seconds
from bot.intake.voice import VoiceCheck
from bot.media.picture.errors import PictureRefused
from bot.media.sound.errors import SoundRefused
from bot.media.worker.client import MediaWorkerDied, MediaWorkerNotStarted
from bot.privacy.consent import Consent
from bot.telegram import errors as chat
from bot.telegram.files import Files
from storage import drafts, media
from storage.db.database import Database
from storage.jobs.ledger import BudgetExhausted
from storage.media import Media, MediaState
from storage.verdicts import NoVerdict, TooManyChecks

logger = logging.getLogger(__name__)

_SAY_AGAIN_SECONDS = 5.0


class Intake:
    """Takes one media item all the way to an `Outcome`, records it, tries to pair, and says it."""

    def __init__(
        self,
        database: Database,
        files: Files,
        photo: PhotoCheck,
        sound: VoiceCheck,
        replies: MediaReplies,
        photo_help: PhotoHelp,
        consent: Consent,
        pairing: Pairing,
        operator: Operator,
        clock: Clock,
    ) -> None:
        self._database = database
        self._files = files
        self._checks: dict[str, Callable[[Media, bytes], Awaitable[MediaOutcome]]] = {
            "photo": photo.check,
            "sound": sound.check,
        }
        self._replies = replies
        self._photo_help = photo_help
        self._consent = consent
        self._pairing = pairing
        self._operator = operator
        self._clock = clock

    async def receive(self, item: Media) -> None:
        """Work on one media item that was received, if its sender agreed; raises as `conclude`."""
        if not await self._consent.is_given(item.user_id):
            await self._consent.hold_back(item)
            return
        outcome: MediaOutcome | None
        try:
            outcome = await self._outcome(item)
        except (chat.TryAgain, service.TryAgain, service.InputNotFetched) as failure:
            outcome = await self._postponed(item, failure)
        if outcome is not None:
            await self._record(item, outcome)
            await self.conclude(item.id)

    async def conclude(self, media_id: int) -> None:
        """Pair it if it is ready, and say what became of it; repeated until that was done.

        Raises: `TelegramFailure`s that the next attempt may not meet.
        """
        item = await media.get(self._database, media_id)
        if item is None or item.state == MediaState.RECEIVED:
            return
        if item.state == MediaState.READY:
            await self._pairing.pair(item.conversation)
            item = await media.get(self._database, media_id) or item
        try:
            await self._replies.say(media_id)
        except chat.TryAgain as failure:
            logger.warning("media item %s: its outcome could not be told: %s", media_id, failure)
            await self._put_off(item, _SAY_AGAIN_SECONDS)
            return
        await self._photo_help.show(media_id)
        async with self._database.transaction() as tx:
            await media.announced(tx, item)

    async def _outcome(self, item: Media) -> MediaOutcome:
        """The refusals are outcomes; what may pass by itself is raised."""
        try:
            data = await self._files.download(item.file_id, item.file_size_bytes)
            return await self._checked(item, data)
        except chat.FileTooBig:
            return MediaOutcome.refused("too_big")
        except chat.FileGone:
            return MediaOutcome.refused("gone")
        except PictureRefused as refusal:
            size = {"width": refusal.width or 0, "height": refusal.height or 0}
            return MediaOutcome.refused(refusal.fault.value, **size)
        except SoundRefused as refusal:
            return _sound_refused(refusal)
        except MediaWorkerDied:
            return MediaOutcome.refused("not_a_picture" if item.is_photo else "unreadable")
        except TooManyChecks as refusal:
            return MediaOutcome.asked("checks-used-up", resets_at=refusal.resets_at_milliseconds)
        except NoVerdict as failure:
            await self._operator.tell_of_no_verdict(failure)
            return MediaOutcome.refused("no-verdict")
        except BudgetExhausted as refusal:
            await self._operator.tell("budget", "operator-budget")
            return MediaOutcome.asked("budget", resets_at=refusal.resets_at_milliseconds)
        except service.DashScopeError as failure:
            return await self._of_service(failure)

    async def _checked(self, item: Media, data: bytes) -> MediaOutcome:
        """Raises as the checks."""
        try:
            return await self._checks[item.kind](item, data)
        except MediaWorkerNotStarted as failure:
            await self._operator.tell("media", "operator-media", detail=str(failure))
            return MediaOutcome.asked("out-of-order")

    async def _of_service(self, failure: service.DashScopeError) -> MediaOutcome:
        match failure:
            case service.TryAgain() | service.InputNotFetched():
                raise failure
            case service.Moderated() | service.InputRefused():
                return MediaOutcome.refused("moderated")
            case service.ServiceStopped():
                return MediaOutcome.asked("service-stopped")
            case _:
                await self._operator.tell_of(failure)
                return MediaOutcome.asked("service-stopped")

    async def _postponed(self, item: Media, failure: Exception) -> MediaOutcome | None:
        """Later again, for half an hour at most; then the person decides."""
        attempt = item.tries + 1
        delay_seconds = wait_seconds(attempt, failure)
        logger.warning("media item %s: %s (attempt %s)", item.id, failure, attempt)
        if delay_seconds is None:
            return MediaOutcome.asked("unreachable")
        if is_to_be_said(attempt, failure):
            await self._say_away(item)
        await self._put_off(item, delay_seconds)
        return None

    async def _say_away(self, item: Media) -> None:
        """Whoever cannot be told now will see what became of it."""
        try:
            await self._replies.say_away(item)
        except chat.TelegramFailure as unsaid:
            logger.info("media item %s: %s", item.id, unsaid)

    async def _put_off(self, item: Media, seconds: float) -> None:
        not_before = self._clock.now_milliseconds() + int(seconds * 1000)
        async with self._database.transaction() as tx:
            await media.postpone(tx, item.id, not_before)

    async def _record(self, item: Media, outcome: MediaOutcome) -> None:
        """Nothing changes when the person replaced or dropped it meanwhile."""
        async with self._database.transaction() as tx:
            match outcome.state:
                case MediaState.READY:
                    await media.ready(tx, item.id, **outcome.facts, **outcome.told())
                case MediaState.REFUSED:
                    await drafts.drop(tx, item)
                    await media.refuse(tx, item.id, **outcome.told())
                case _:
                    await media.ask(tx, item.id, **outcome.told(), **outcome.facts)


def _sound_refused(refusal: SoundRefused) -> MediaOutcome:
    seconds = (refusal.duration_milliseconds or 0) / 1000
    if refusal.fault.value == "too_long":
        return MediaOutcome.asked("too_long", seconds=seconds)
    return MediaOutcome.refused(refusal.fault.value)
