"""Pairing: a photo and a voice that are both ready become a job and its hold, in one go."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from bot.common import Component
from bot.config.amounts import HOUR, whole
from bot.intake.inputs import plan_of
from bot.limits import EffectiveSettings
from bot.privacy.consent import Consent
from storage import drafts, media, media_answers
from storage.db.database import Queryable
from storage.groups import borrowed_media, chats, groups
from storage.jobs import jobs
from storage.jobs.jobs import Job, Order, TooManyWaiting
from storage.jobs.ledger import BudgetExhausted, QuotaExceeded
from storage.media import STALE, TOO_LONG_HERE, ConversationKey, Media, MediaState
from storage.people.consents import NotAgreed

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ready media items."""

    photo: Media
    voice: Media

    @property
    def newest(self) -> Media:
        """The media item whose message is further down in the chat."""
        return max(self.photo, self.voice, key=lambda item: item.message_id)

    @property
    def oldest(self) -> Media:
        """The other one."""
        return min(self.photo, self.voice, key=lambda item: item.message_id)

    @property
    def status_message_id(self) -> int | None:
        """The bot's message about the newest, if that is in the chat where the video comes."""
        here = self.newest.chat_id == self.voice.chat_id
        return self.newest.reply_message_id if here else None


def request_for(job: Job, resolution: str) -> str:
    """What names the wish to have a job's video in another resolution: there is one of each."""
    return f"again:{resolution}:{job.id}"


class NotConfirmed(Exception):
    """The person wants to be asked before a video takes so much quota."""

    def __init__(self, quota_milliseconds: int) -> None:
        super().__init__(f"{quota_milliseconds} ms of quota")
        self.quota_milliseconds = quota_milliseconds


class TooLongHere(Exception):
    """The group's admins let no video be longer than that."""

    def __init__(self, limit_milliseconds: int) -> None:
        super().__init__(f"at most {limit_milliseconds} ms here")
        self.limit_milliseconds = limit_milliseconds


class Pairing(Component):
    """Makes jobs."""

    consent: Consent

    async def pair(self, conversation: ConversationKey) -> Job | None:
        """Make a job of the draft if both media items are ready and every cap allows it.

        Where a cap does not, the voice waits for its owner's answer, with the reason; and so does
        the newer media item where the other one is so old that its owner may have forgotten it.
        """
        draft = await drafts.get(self.database, conversation)
        if draft.voice is not None and await self._is_too_long_here(draft.voice):
            return None
        if draft.photo is None or draft.voice is None or not draft.is_complete:
            return None
        pair = Pair(draft.photo, draft.voice)
        if await self._has_doubts(pair):
            return None
        request = f"pair:{pair.photo.id}:{pair.voice.id}"
        try:
            return await self._start(request, pair, pair.status_message_id)
        except NotAgreed:
            await self.consent.hold_back(pair.newest)
        except NotConfirmed:
            await self._ask(pair.voice, "confirm")
        except TooLongHere:
            await self._is_too_long_here(pair.voice)
        except QuotaExceeded:
            await self._ask(pair.voice, "quota")
        except TooManyWaiting:
            await self._ask(pair.voice, "waiting")
        except BudgetExhausted as refusal:
            await self.operator.tell("budget", "operator-budget")
            detail = json.dumps({"resets_at": refusal.resets_at_milliseconds})
            await self._ask(pair.voice, "budget", detail)
        return None

    async def again(self, job: Job, status_message_id: int | None) -> bool:
        """Make the same job once more, after one that failed or was cancelled; once each.

        The message that offered it, if it is given, becomes the new job's status.

        Raises: NotAgreed, TooLongHere, TooManyWaiting, QuotaExceeded, BudgetExhausted.
        """
        pair = await self._pair_of(job)
        if pair is None:
            return False
        # To press the button is to agree to what it costs by now.
        effective = await self.effective(pair.voice.conversation)
        price = effective.in_resolution(job.resolution, self.limits).price
        agreed = price.of(job.held_milliseconds).quota_milliseconds
        started = await self._start(
            f"retry:{job.id}",
            pair,
            status_message_id,
            resolution=job.resolution,
            agreed_milliseconds=agreed,
        )
        return started is not None

    async def in_resolution(
        self, job: Job, resolution: str, agreed_milliseconds: int
    ) -> Job | None:
        """Make a delivered job's video in another resolution; None when that was asked before.

        The engine is the one that made it, if it is on.

        `agreed_milliseconds` is the quota its owner has just agreed to.

        Raises: as `again`, and NotConfirmed.
        """
        pair = await self._pair_of(job)
        if pair is None:
            return None
        request = request_for(job, resolution)
        return await self._start(
            request,
            pair,
            None,
            resolution=resolution,
            engine=job.engine,
            agreed_milliseconds=agreed_milliseconds,
        )

    async def _pair_of(self, job: Job) -> Pair | None:
        photo = await media.get(self.database, job.photo_id)
        voice = await media.get(self.database, job.voice_id)
        if photo is None or voice is None or voice.duration_milliseconds is None:
            return None
        pair = Pair(photo, voice)
        return None if await _not_borrowable(self.database, pair) else pair

    async def _start(
        self,
        request: str,
        pair: Pair,
        status_message_id: int | None,
        *,
        resolution: str | None = None,
        engine: str | None = None,
        agreed_milliseconds: int = 0,
    ) -> Job | None:
        await self.consent.require(pair.voice.conversation, pair.voice.message_id)
        effective = await self.effective(pair.voice.conversation)
        if resolution is not None:
            effective = effective.in_resolution(resolution, self.limits, engine)
        await self._confirm(pair.voice, effective, agreed_milliseconds)
        async with self.database.transaction() as tx:
            if await chats.is_dead(tx, pair.voice.chat_id) or await _not_borrowable(tx, pair):
                return None
            await _require_length(tx, pair.voice)
            order = self._order(request, pair, effective, status_message_id)
            job = await jobs.start(
                tx,
                order,
                caps=self.limits.caps,
                waiting_per_person=self.limits.jobs_waiting_per_person,
            )
            for item in (pair.photo, pair.voice):
                await media_answers.want(tx, item.id)
            await drafts.drop(tx, pair.voice)
            await media_answers.forget_agreement(tx, pair.voice.id)
            await media.announce_anew(tx, pair.oldest.id)
        if job is not None:
            logger.info("job %s: %s ms of video for %s", job.id, job.held_milliseconds, request)
            self.common.wakeup()
        return job

    async def _confirm(
        self, voice: Media, effective: EffectiveSettings, agreed_milliseconds: int
    ) -> None:
        """Raises NotConfirmed, unless no cap allows it anyway: that is said elsewhere."""
        above = effective.confirm_above_milliseconds
        needed = effective.price.of(voice.duration_milliseconds or 0).quota_milliseconds
        if above is None or needed <= max(
            above, agreed_milliseconds, voice.agreed_quota_milliseconds
        ):
            return
        allowance = await self.allowance(voice.user_id, effective.price)
        if needed <= allowance.left_milliseconds:
            raise NotConfirmed(needed)

    def _age_milliseconds(self, pair: Pair) -> int:
        """Since the older media item was wanted last."""
        wanted = min(pair.photo.wanted_at_milliseconds, pair.voice.wanted_at_milliseconds)
        return self.clock.now_milliseconds() - wanted

    def _order(
        self, request: str, pair: Pair, effective: EffectiveSettings, status_message_id: int | None
    ) -> Order:
        """In one task, or in the several that its sender wants a long voice cut into."""
        assert pair.voice.duration_milliseconds is not None  # noqa: S101
        plan = plan_of(pair.voice) if pair.voice.in_parts else None
        return Order(
            request=request,
            conversation=pair.voice.conversation,
            photo_id=pair.photo.id,
            voice_id=pair.voice.id,
            engine=effective.engine,
            resolution=effective.resolution,
            video_milliseconds=pair.voice.duration_milliseconds,
            price=effective.price,
            status_message_id=status_message_id,
            cuts=plan.cuts if plan else (),
        )

    async def _has_doubts(self, pair: Pair) -> bool:
        """Whether an item is not its sender's (any more), or so old that they are asked first."""
        for item in await _not_borrowable(self.database, pair):
            async with self.database.transaction() as tx:
                await drafts.drop(tx, item)
                await media.ask_again(tx, item.id, "borrowed")
            return True
        age = self._age_milliseconds(pair)
        if age <= whole(self.limits.max_draft_age_hours, HOUR):
            return False
        await self._ask(pair.newest, STALE, json.dumps({"age_milliseconds": age}))
        return True

    async def _is_too_long_here(self, voice: Media) -> bool:
        """Whether the group lets no video be that long; its sender is asked, then."""
        if voice.state != MediaState.READY:
            return False
        try:
            await _require_length(self.database, voice)
        except TooLongHere as refusal:
            seconds = (voice.duration_milliseconds or 0) / 1000
            detail = json.dumps({"seconds": seconds, "limit": refusal.limit_milliseconds / 1000})
            await self._ask(voice, TOO_LONG_HERE, detail)
            return True
        return False

    async def _ask(self, item: Media, fault: str, detail: str | None = None) -> None:
        async with self.database.transaction() as tx:
            await media.ask_again(tx, item.id, fault, detail)


async def _not_borrowable(database: Queryable, pair: Pair) -> list[Media]:
    """The media items of somebody else who, or whose group, does not let others have them."""
    items = (pair.photo, pair.voice)
    return [item for item in items if not await borrowed_media.may_use(database, item)]


async def _require_length(database: Queryable, voice: Media) -> None:
    """Raises TooLongHere, by the rules of its group as they are now."""
    limit = (await groups.settings_of(database, voice.chat_id)).longest_milliseconds
    if limit is not None and (voice.duration_milliseconds or 0) > limit:
        raise TooLongHere(limit)
