"""Intake: each media item is fetched, checked and handed over as soon as it arrives.

What is wrong with it is said on its own message; the other item is kept. Free checks come first.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager

from bot.common import Component, Part
from bot.dashscope import errors as service
from bot.gate import Gate, Rule, RuleRefused, Wanted, Way
from bot.intake.check import MediaCheck
from bot.intake.outcome import MediaOutcome
from bot.intake.pairing import Pairing
from bot.intake.photo_help import PhotoHelp
from bot.intake.replies import MediaReplies
from bot.logs import SELDOM, log_context
from bot.media.errors import MediaNotNow
from bot.privacy.consent import Consent
from bot.retry import CHAT, INPUT_UNREAD, INTAKE, NOT_NOW, VERDICT_UNSAID, RetryPolicy
from bot.telegram import errors as chat
from storage import drafts, due, inbox, media
from storage.media import CONSENT, Media, MediaState

logger = logging.getLogger(__name__)

_SAID_AT = {INTAKE: (4, "service-away"), NOT_NOW: (2, "opening-later")}
"""At this attempt, after some seconds, the person is told that it takes longer."""

Passing = chat.TryAgain | service.Transient | MediaNotNow
"""What a later attempt may not meet."""


class Intake(Component):
    """Takes one media item all the way to an `Outcome`, records it, tries to pair, and says it."""

    gate = Part(Gate)
    check = Part(MediaCheck)
    replies = Part(MediaReplies)
    photo_help = Part(PhotoHelp)
    consent = Part(Consent)
    pairing = Part(Pairing)

    async def receive(self, media_id: int) -> None:
        """Work on one media item that was received, if the gate lets it be opened; raises as
        `conclude`.
        """
        item = await media.get(self.database, media_id)
        if item is not None and item.state == MediaState.RECEIVED:
            with _about(item):
                await self._receive(item)

    async def _receive(self, item: Media) -> None:
        outcome: MediaOutcome | None
        try:
            await self.gate.check(
                Wanted(way=Way.OPEN, conversation=item.conversation, items=(item,))
            )
            await self._take_up(item)
            outcome = await self.check.outcome(item)
        except RuleRefused as refusal:
            if refusal.rule is Rule.CONSENT:
                await self.consent.hold_back(item)
                return
            outcome = await self.check.refused(refusal)
        except (chat.TryAgain, service.Transient, MediaNotNow) as failure:
            outcome = await self._postponed(item, failure)
        if outcome is not None:
            await self._record(item, outcome)
            await self.conclude(item.id)

    async def _take_up(self, item: Media) -> None:
        """What had waited for consent takes its place in the draft when it has its turn."""
        if item.fault != CONSENT:
            return
        async with self.database.transaction() as tx:
            current = await media.get(tx, item.id)
            if current is not None and current.state == MediaState.RECEIVED:
                await drafts.put(tx, current)

    async def conclude(self, media_id: int) -> None:
        """Pair it if it is ready, and say what became of it; repeated until that was done.

        Raises: `TelegramFailure`s that the next attempt may not meet.
        """
        item = await media.get(self.database, media_id)
        if item is not None and item.state != MediaState.RECEIVED:
            with _about(item):
                await self._conclude(item)

    async def _conclude(self, item: Media) -> None:
        if item.state == MediaState.READY:
            await self.pairing.pair(item.conversation)
            item = await media.get(self.database, item.id) or item
        try:
            await self.replies.say(item)
            if item.fault:
                await self.photo_help.show(item.id)
        except chat.TryAgain as failure:
            logger.warning("media item %s stays unsaid: %s", item.id, failure, extra=SELDOM)
            await self.database.do(due.postpone, item, VERDICT_UNSAID.endless_delay_seconds(1))
            return
        await self.database.do(media.announced, item)

    async def _postponed(self, item: Media, failure: Passing) -> MediaOutcome | None:
        """Later again, for half an hour at most; then the person decides."""
        attempt, policy = item.tries + 1, policy_of(failure)
        asked_seconds = getattr(failure, "retry_after_seconds", None)
        delay_seconds = policy.delay_seconds(attempt, asked_seconds)
        logger.warning("media item %s: %s (attempt %s)", item.id, failure, attempt, extra=SELDOM)
        if delay_seconds is None:
            return MediaOutcome.asked("out-of-order" if policy is NOT_NOW else "unreachable")
        said_at, text = _SAID_AT.get(policy, (0, ""))
        if attempt == said_at:
            await self.replies.say_wait(item, text)
        await self.database.do(due.postpone, item, delay_seconds)
        return None

    async def _record(self, item: Media, outcome: MediaOutcome) -> None:
        """Nothing changes when the person replaced or dropped it meanwhile."""
        async with self.database.transaction() as tx:
            match outcome.state:
                case MediaState.READY:
                    await media.ready(tx, item.id, **outcome.facts, **outcome.told())
                case MediaState.REFUSED:
                    await drafts.drop(tx, item)
                    await media.refuse(tx, item.id, **outcome.told())
                case _:
                    await media.ask(tx, item.id, **outcome.told(), **outcome.facts)


def _about(item: Media) -> AbstractContextManager[None]:
    return log_context(update=inbox.update_in(item.source), media=item.id)


def policy_of(failure: Passing) -> RetryPolicy:
    """How what may pass by itself is repeated."""
    match failure:
        case MediaNotNow():
            return NOT_NOW
        case chat.TryAgain():
            return CHAT
        case service.InputNotFetched():
            return INPUT_UNREAD
        case _:
            return INTAKE
