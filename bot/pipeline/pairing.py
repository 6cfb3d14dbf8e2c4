"""Pairing: a photo and a sound that are both ready become a job and its hold, in one go."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from bot.clock import Clock
from bot.pipeline.conversation import Conversation
from bot.pipeline.moments import say_when
from bot.pipeline.nudge import Nudge
from bot.pipeline.operator import Operator
from bot.pipeline.terms import Terms
from bot.telegram.keyboard import Keyboard
from bot.texts import Catalogue
from storage import drafts, jobs, media
from storage.database import Database
from storage.jobs import Job, Order, TooManyWaiting
from storage.ledger import BudgetExhausted, Quota, QuotaExceeded
from storage.media import Media, Place

logger = logging.getLogger(__name__)

_WORTH_SHORTENING_MILLISECONDS = 1_000


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
        conversation: Conversation,
        operator: Operator,
        terms: Terms,
        engine_name: str,
        clock: Clock,
        on_job: Nudge,
    ) -> None:
        self._database = database
        self._conversation = conversation
        self._operator = operator
        self._terms = terms
        self._engine_name = engine_name
        self._clock = clock
        self._on_job = on_job

    async def pair(self, place: Place) -> Job | None:
        """Make a job of the draft if both halves are ready and every cap allows it."""
        draft = await drafts.get(self._database, place)
        if draft.photo is None or draft.sound is None or not draft.is_complete:
            return None
        pair = Pair(draft.photo, draft.sound)
        try:
            request = f"pair:{pair.photo.id}:{pair.sound.id}"
            job = await self._start(request, pair, pair.newest.reply_message_id)
        except QuotaExceeded as refusal:
            await self._say_quota(pair.sound, refusal.quota)
        except BudgetExhausted as refusal:
            await self._say_budget(pair.sound, refusal)
        except TooManyWaiting:
            await self._say_waiting(pair.sound)
        else:
            await self._say_used(pair, job)
            return job
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
        async with self._database.transaction() as tx:
            job = await jobs.start(
                tx,
                self._order(request, pair, status_message_id),
                caps=self._terms.caps,
                waiting_per_person=self._terms.jobs_waiting_per_person,
                now_milliseconds=self._clock.now_milliseconds(),
            )
            await drafts.drop(tx, pair.sound)
        if job is not None:
            logger.info("job %s: %s ms of video for %s", job.id, job.held_milliseconds, request)
            self._on_job()
        return job

    def _order(self, request: str, pair: Pair, status_message_id: int | None) -> Order:
        assert pair.sound.duration_milliseconds is not None  # noqa: S101
        return Order(
            request=request,
            place=pair.sound.place,
            photo_id=pair.photo.id,
            sound_id=pair.sound.id,
            engine=self._engine_name,
            resolution=self._terms.resolution,
            video_milliseconds=pair.sound.duration_milliseconds,
            price=self._terms.price,
            status_message_id=status_message_id,
        )

    async def _say_used(self, pair: Pair, job: Job | None) -> None:
        """The newer half's message becomes the job's status; the older one gets its last word."""
        if job is None:
            return
        texts = await self._conversation.texts_for(job.user_id)
        if pair.oldest is pair.sound:
            seconds = (pair.sound.duration_milliseconds or 0) / 1000
            await self._conversation.about(pair.sound, texts.html("sound-used", seconds=seconds))
        elif not await self._was_used_before(pair.photo, job):
            await self._conversation.about(pair.photo, texts.html("photo-used"))

    async def _was_used_before(self, photo: Media, job: Job) -> bool:
        row = await jobs.first_with_photo(self._database, photo.id)
        return row is not None and row.id != job.id

    async def _say_quota(self, sound: Media, quota: Quota) -> None:
        texts = await self._conversation.texts_for(sound.user_id)
        affordable = self._terms.price.affordable_milliseconds(quota.left_milliseconds)
        affordable = affordable // 100 * 100
        rows = []
        if affordable >= _WORTH_SHORTENING_MILLISECONDS:
            label = texts.plain("button-beginning", seconds=affordable / 1000)
            rows.append([(label, f"cut:{sound.id}:{affordable}")])
        text = texts.html(
            "sound-quota-shorten" if rows else "sound-quota",
            seconds=self._terms.price.of(sound.duration_milliseconds or 0).quota_milliseconds
            / 1000,
            left=quota.left_milliseconds // 100 / 10,
            when=self._when(texts, quota.resets_at_milliseconds),
        )
        await self._say_refusal(sound, "quota", texts, text, rows)

    async def _say_budget(self, sound: Media, refusal: BudgetExhausted) -> None:
        await self._operator.tell("budget", "operator-budget")
        texts = await self._conversation.texts_for(sound.user_id)
        text = texts.html("sound-budget", when=self._when(texts, refusal.resets_at_milliseconds))
        await self._say_refusal(sound, "budget", texts, text, [])

    async def _say_waiting(self, sound: Media) -> None:
        texts = await self._conversation.texts_for(sound.user_id)
        text = texts.html("sound-waiting", waiting=self._terms.jobs_waiting_per_person)
        await self._say_refusal(sound, "waiting", texts, text, [])

    async def _say_refusal(
        self,
        sound: Media,
        fault: str,
        texts: Catalogue,
        text: str,
        rows: list[list[tuple[str, str]]],
    ) -> None:
        """The voice is kept; one button tries again, once the cap allows it."""
        async with self._database.transaction() as tx:
            await media.ask_again(tx, sound.id, fault)
        retry = [(texts.plain("button-retry"), f"reopen:{sound.id}")]
        await self._conversation.about(sound, text, Keyboard.of(*rows, retry))

    def _when(self, texts: Catalogue, at_milliseconds: int) -> str:
        now = self._clock.now_milliseconds()
        return say_when(texts, at_milliseconds, now, self._terms.caps.zone)
