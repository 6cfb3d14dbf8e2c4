"""Pairing: a photo and a sound that are both ready become a job and its hold, in one go."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from bot.clock import Clock
from bot.pipeline.nudge import Nudge
from bot.pipeline.operator import Operator
from bot.pipeline.terms import Terms
from bot.pipeline.wishes import Wishes, wishes_of
from storage import chats, drafts, jobs, media
from storage.database import Database
from storage.jobs import Job, Order, TooManyWaiting
from storage.ledger import BudgetExhausted, QuotaExceeded
from storage.media import STALE, Media, Place

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ready halves."""

    photo: Media
    sound: Media

    @property
    def newest(self) -> Media:
        """The half whose message is further down in the chat."""
        return max(self.photo, self.sound, key=lambda half: half.message_id)

    @property
    def oldest(self) -> Media:
        """The other one."""
        return min(self.photo, self.sound, key=lambda half: half.message_id)


class Pairing:
    """Makes jobs."""

    def __init__(
        self,
        database: Database,
        operator: Operator,
        terms: Terms,
        engine_name: str,
        clock: Clock,
        on_job: Nudge,
    ) -> None:
        self._database = database
        self._operator = operator
        self._terms = terms
        self._engine_name = engine_name
        self._clock = clock
        self._on_job = on_job

    async def pair(self, place: Place) -> Job | None:
        """Make a job of the draft if both halves are ready and every cap allows it.

        Where a cap does not, the sound waits for its owner's answer, with the reason; and so does
        the newer half where the other one is so old that its owner may have forgotten it.
        """
        draft = await drafts.get(self._database, place)
        if draft.photo is None or draft.sound is None or not draft.is_complete:
            return None
        pair = Pair(draft.photo, draft.sound)
        if (age := self._age_milliseconds(pair)) > self._terms.max_draft_age_milliseconds:
            await self._ask(pair.newest, STALE, json.dumps({"age_milliseconds": age}))
            return None
        request = f"pair:{pair.photo.id}:{pair.sound.id}"
        try:
            return await self._start(request, pair, pair.newest.reply_message_id)
        except QuotaExceeded:
            await self._ask(pair.sound, "quota")
        except TooManyWaiting:
            await self._ask(pair.sound, "waiting")
        except BudgetExhausted as refusal:
            await self._operator.tell("budget", "operator-budget")
            detail = json.dumps({"resets_at": refusal.resets_at_milliseconds})
            await self._ask(pair.sound, "budget", detail)
        return None

    async def again(self, job: Job, status_message_id: int) -> bool:
        """Make the same job once more, after one that failed or was cancelled; once each.

        The message that offered it becomes the new job's status.

        Raises: TooManyWaiting, QuotaExceeded, BudgetExhausted.
        """
        photo = await media.get(self._database, job.photo_id)
        sound = await media.get(self._database, job.sound_id)
        if photo is None or sound is None or sound.duration_milliseconds is None:
            return False
        pair = Pair(photo, sound)
        return await self._start(f"retry:{job.id}", pair, status_message_id) is not None

    async def _start(self, request: str, pair: Pair, status_message_id: int | None) -> Job | None:
        wishes = await wishes_of(self._database, self._terms, pair.sound.place)
        async with self._database.transaction() as tx:
            if await chats.is_dead(tx, pair.sound.chat_id):
                return None
            job = await jobs.start(
                tx,
                self._order(request, pair, wishes, status_message_id),
                caps=self._terms.caps,
                waiting_per_person=self._terms.jobs_waiting_per_person,
                now_milliseconds=self._clock.now_milliseconds(),
            )
            for half in (pair.photo, pair.sound):
                await media.want(tx, half.id, self._clock.now_milliseconds())
            await drafts.drop(tx, pair.sound)
            await media.announce_anew(tx, pair.oldest.id)
        if job is not None:
            logger.info("job %s: %s ms of video for %s", job.id, job.held_milliseconds, request)
            self._on_job()
        return job

    def _age_milliseconds(self, pair: Pair) -> int:
        """Since the older half was wanted last."""
        wanted = min(pair.photo.wanted_at_milliseconds, pair.sound.wanted_at_milliseconds)
        return self._clock.now_milliseconds() - wanted

    def _order(
        self, request: str, pair: Pair, wishes: Wishes, status_message_id: int | None
    ) -> Order:
        assert pair.sound.duration_milliseconds is not None  # noqa: S101
        return Order(
            request=request,
            place=pair.sound.place,
            photo_id=pair.photo.id,
            sound_id=pair.sound.id,
            engine=self._engine_name,
            resolution=wishes.resolution,
            video_milliseconds=pair.sound.duration_milliseconds,
            price=wishes.price,
            status_message_id=status_message_id,
        )

    async def _ask(self, half: Media, fault: str, detail: str | None = None) -> None:
        async with self._database.transaction() as tx:
            await media.ask_again(tx, half.id, fault, detail)
