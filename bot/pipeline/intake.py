"""Intake: each half is fetched, checked and handed to the provider as soon as it arrives.

What is wrong with it is said on its own message; the other half is kept. Free checks come first.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.clock import Clock
from bot.dashscope import errors as service
from bot.media.picture_errors import PictureRefused
from bot.media.sound_errors import SoundRefused
from bot.media.worker import MediaWorkerDied, MediaWorkerNotStarted
from bot.pipeline.consent import Consent
from bot.pipeline.halves import Outcome
from bot.pipeline.operator import Operator
from bot.pipeline.pairing import Pairing
from bot.pipeline.patience import is_to_be_said, wait_seconds
from bot.pipeline.photo import PhotoCheck
from bot.pipeline.photo_help import PhotoHelp
from bot.pipeline.sound import SoundCheck
from bot.pipeline.wording import HalfWording
from bot.telegram import errors as chat
from bot.telegram.files import Files
from storage import drafts, media
from storage.database import Database
from storage.ledger import BudgetExhausted
from storage.media import Media, MediaState
from storage.verdicts import NoVerdict, TooManyChecks

logger = logging.getLogger(__name__)

_SAY_AGAIN_SECONDS = 5.0


class Intake:
    """Takes one half all the way to an `Outcome`, records it, tries to pair, and says it."""

    def __init__(
        self,
        database: Database,
        files: Files,
        photo: PhotoCheck,
        sound: SoundCheck,
        wording: HalfWording,
        photo_help: PhotoHelp,
        consent: Consent,
        pairing: Pairing,
        operator: Operator,
        clock: Clock,
    ) -> None:
        self._database = database
        self._files = files
        self._checks: dict[str, Callable[[Media, bytes], Awaitable[Outcome]]] = {
            "photo": photo.check,
            "sound": sound.check,
        }
        self._wording = wording
        self._photo_help = photo_help
        self._consent = consent
        self._pairing = pairing
        self._operator = operator
        self._clock = clock

    async def take(self, half: Media) -> None:
        """Work on one half that was received, if its sender agreed; raises as `conclude`."""
        if not await self._consent.is_given(half.user_id):
            await self._consent.hold_back(half)
            return
        outcome: Outcome | None
        try:
            outcome = await self._outcome(half)
        except (chat.TryAgain, service.TryAgain, service.InputNotFetched) as failure:
            outcome = await self._postponed(half, failure)
        if outcome is not None:
            await self._record(half, outcome)
            await self.conclude(half.id)

    async def conclude(self, half_id: int) -> None:
        """Pair it if it is ready, and say what became of it; repeated until that was done.

        Raises: `TelegramFailure`s that the next attempt may not meet.
        """
        half = await media.get(self._database, half_id)
        if half is None or half.state == MediaState.RECEIVED:
            return
        if half.state == MediaState.READY:
            await self._pairing.pair(half.place)
            half = await media.get(self._database, half_id) or half
        try:
            await self._wording.say(half_id)
        except chat.TryAgain as failure:
            logger.warning("half %s: its outcome could not be told: %s", half_id, failure)
            await self._put_off(half, _SAY_AGAIN_SECONDS)
            return
        await self._photo_help.show(half_id)
        async with self._database.transaction() as tx:
            await media.announced(tx, half)

    async def _outcome(self, half: Media) -> Outcome:
        """The refusals are outcomes; what may pass by itself is raised."""
        try:
            data = await self._files.download(half.file_id, half.file_size_bytes)
            return await self._checked(half, data)
        except chat.FileTooBig:
            return Outcome.refused("too_big")
        except chat.FileGone:
            return Outcome.refused("gone")
        except PictureRefused as refusal:
            size = {"width": refusal.width or 0, "height": refusal.height or 0}
            return Outcome.refused(refusal.fault.value, **size)
        except SoundRefused as refusal:
            return _sound_refused(refusal)
        except MediaWorkerDied:
            return Outcome.refused("not_a_picture" if half.is_photo else "unreadable")
        except TooManyChecks as refusal:
            return Outcome.asked("checks-used-up", resets_at=refusal.resets_at_milliseconds)
        except NoVerdict as failure:
            await self._operator.tell_of_no_verdict(failure)
            return Outcome.refused("no-verdict")
        except BudgetExhausted as refusal:
            await self._operator.tell("budget", "operator-budget")
            return Outcome.asked("budget", resets_at=refusal.resets_at_milliseconds)
        except service.DashScopeError as failure:
            return await self._of_service(failure)

    async def _checked(self, half: Media, data: bytes) -> Outcome:
        """Raises as the checks."""
        try:
            return await self._checks[half.kind](half, data)
        except MediaWorkerNotStarted as failure:
            await self._operator.tell("media", "operator-media", detail=str(failure))
            return Outcome.asked("out-of-order")

    async def _of_service(self, failure: service.DashScopeError) -> Outcome:
        match failure:
            case service.TryAgain() | service.InputNotFetched():
                raise failure
            case service.Moderated() | service.InputRefused():
                return Outcome.refused("moderated")
            case service.ServiceStopped():
                return Outcome.asked("service-stopped")
            case _:
                await self._operator.tell_of(failure)
                return Outcome.asked("service-stopped")

    async def _postponed(self, half: Media, failure: Exception) -> Outcome | None:
        """Later again, for half an hour at most; then the person decides."""
        attempt = half.tries + 1
        delay_seconds = wait_seconds(attempt, failure)
        logger.warning("half %s: %s (attempt %s)", half.id, failure, attempt)
        if delay_seconds is None:
            return Outcome.asked("unreachable")
        if is_to_be_said(attempt, failure):
            await self._say_away(half)
        await self._put_off(half, delay_seconds)
        return None

    async def _say_away(self, half: Media) -> None:
        """Whoever cannot be told now will see what became of it."""
        try:
            await self._wording.say_away(half)
        except chat.TelegramFailure as unsaid:
            logger.info("half %s: %s", half.id, unsaid)

    async def _put_off(self, half: Media, seconds: float) -> None:
        not_before = self._clock.now_milliseconds() + int(seconds * 1000)
        async with self._database.transaction() as tx:
            await media.postpone(tx, half.id, not_before)

    async def _record(self, half: Media, outcome: Outcome) -> None:
        """Nothing changes when the person replaced or dropped it meanwhile."""
        async with self._database.transaction() as tx:
            match outcome.state:
                case MediaState.READY:
                    await media.ready(tx, half.id, **outcome.facts, **outcome.told())
                case MediaState.REFUSED:
                    await drafts.drop(tx, half)
                    await media.refuse(tx, half.id, **outcome.told())
                case _:
                    await media.ask(tx, half.id, **outcome.told(), **outcome.facts)


def _sound_refused(refusal: SoundRefused) -> Outcome:
    seconds = (refusal.duration_milliseconds or 0) / 1000
    if refusal.fault.value == "too_long":
        return Outcome.asked("too_long", seconds=seconds)
    return Outcome.refused(refusal.fault.value)
