"""Pairing: a photo and a voice that are both ready become a job and its hold, in one go."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import Any

from bot.common import Component, Part
from bot.gate import Gate, Rule, RuleRefused, Wanted, Way
from bot.intake.inputs import cuts_for, plan_of
from bot.limits import EffectiveSettings, effective_settings_of
from bot.privacy.consent import Consent
from storage import drafts, media, media_answers
from storage.drafts import Draft
from storage.groups import chats
from storage.jobs import jobs, moves, tasks
from storage.jobs.jobs import Job, Order
from storage.jobs.tasks import Task, TaskState
from storage.media import ConversationKey, Media, MediaState

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
    def items(self) -> tuple[Media, Media]:
        """Both."""
        return self.photo, self.voice

    @property
    def wanted_at_milliseconds(self) -> int:
        """When the older of them was wanted last."""
        return min(item.wanted_at_milliseconds for item in self.items)

    @property
    def status_message_id(self) -> int | None:
        """The bot's message about the newest, if that is in the chat where the video comes."""
        here = self.newest.chat_id == self.voice.chat_id
        return self.newest.reply_message_id if here and not self.newest.is_pictured else None


def request_for(job: Job, resolution: str) -> str:
    """What names the wish to have a job's video in another resolution: there is one of each."""
    return f"again:{resolution}:{job.id}"


class Pairing(Component):
    """Makes jobs."""

    consent = Part(Consent)
    gate = Part(Gate)

    async def pair(self, conversation: ConversationKey) -> Job | None:
        """Make a job of the draft if both media items are ready and the gate lets it pass.

        Where it does not, one of them waits for its owner's answer, with the reason: the newer one
        where the other is so old that it may be forgotten, somebody else's, else the voice.
        """
        draft = await drafts.get(self.database, conversation)
        voice = draft.voice
        if voice is None or voice.state != MediaState.READY:
            return None
        try:
            if draft.photo is None or not draft.is_complete:
                await self._look_at(voice)
                return None
            pair = Pair(draft.photo, voice)
            request = f"pair:{pair.photo.id}:{voice.id}"
            return await self._start(
                Way.PAIR,
                request,
                pair,
                pair.status_message_id,
                agreed_milliseconds=voice.agreed_quota_milliseconds,
                wanted_at_milliseconds=pair.wanted_at_milliseconds,
            )
        except RuleRefused as refusal:
            await self._refused(draft, voice, refusal)
        return None

    async def once_more(
        self, way: Way, request: str, job: Job, status_message_id: int | None = None, **how: Any
    ) -> Job | None:
        """Make a job's video once more: after it failed or was cancelled, or in another resolution;
        None when that was asked before. `how`: see `_start`.

        The message that offered it, if it is given, becomes the new job's status.

        Raises: RuleRefused.
        """
        pair = Pair(*await jobs.items_of(self.database, job))
        try:
            return await self._start(way, request, pair, status_message_id, job=job, **how)
        except RuleRefused as refusal:
            if refusal.rule is Rule.CONSENT:
                await self.consent.ask(pair.voice.conversation, pair.voice.message_id)
            raise

    async def _start(
        self,
        way: Way,
        request: str,
        pair: Pair,
        status_message_id: int | None,
        *,
        job: Job | None = None,
        resolution: str | None = None,
        engine: str | None = None,
        agreed_milliseconds: int = 0,
        wanted_at_milliseconds: int | None = None,
    ) -> Job | None:
        conversation = pair.voice.conversation
        administers = await self.gate.administers(conversation)
        paid = await self._paid_parts(job) if way is Way.RETRY and job is not None else []
        async with self.database.transaction() as tx:
            known = await jobs.by_request(tx, request) is not None
            if known or await chats.is_dead(tx, conversation.chat_id):
                return None
            effective = await effective_settings_of(tx, self.limits, conversation)
            if resolution is not None:
                effective = effective.in_resolution(resolution, self.limits, engine)
            effective = effective.of_photo(pair.photo, self.limits)
            wanted = Wanted(
                way=way,
                conversation=conversation,
                items=pair.items,
                job=job,
                effective=effective,
                resolution=resolution if way is Way.FINER else None,
                length_milliseconds=pair.voice.duration_milliseconds or 0,
                agreed_milliseconds=agreed_milliseconds,
                wanted_at_milliseconds=wanted_at_milliseconds,
            )
            await self.gate.require(tx, wanted, administers=administers)
            order = self._order(request, pair, effective, status_message_id)
            made = await jobs.start(tx, order, zone=self.limits.zone)
            if made is not None:
                await tasks.reuse(tx, made.id, paid)
            if made is not None and job is not None and status_message_id is not None:
                await moves.give_status_away(tx, job.id)
            for item in pair.items:
                await media_answers.want(tx, item.id)
            await drafts.drop(tx, pair.voice)
            await media_answers.forget_agreement(tx, pair.voice.id)
            await media.announce_anew(tx, pair.oldest.id)
        if made is not None:
            async with self.about_job(made.id):
                length = made.held_milliseconds
                logger.info("job %s: %s ms of video for %s", made.id, length, request)
            self.common.wakeup()
        return made

    async def _paid_parts(self, job: Job) -> list[Task]:
        """Of a job that ended, the parts that are on disk, or were rendered and never fetched: they
        are not paid for once more.
        """
        made = await tasks.of_job(self.database, job.id)
        paths = [self.limits.part_of(job.id, task.number) for task in made]
        on_disk = await asyncio.to_thread(lambda: [path.is_file() for path in paths])
        return [
            task
            for task, is_there in zip(made, on_disk, strict=True)
            if task.state == TaskState.DROPPED or (task.state == TaskState.FETCHED and is_there)
        ]

    async def _look_at(self, voice: Media) -> None:
        """Whether a voice can be used at all, before there is a photo; raises RuleRefused."""
        wanted = Wanted(
            way=Way.PAIR,
            conversation=voice.conversation,
            items=(voice,),
            length_milliseconds=voice.duration_milliseconds or 0,
        )
        await self.gate.check(wanted)

    async def _refused(self, draft: Draft, voice: Media, refusal: RuleRefused) -> None:
        """It is said on the message of what it is about, which waits for its owner's answer."""
        photo = draft.photo or voice
        newest = Pair(photo, voice).newest
        if refusal.rule is Rule.CONSENT:
            await self.consent.hold_back(newest)
            return
        if refusal.rule is Rule.BUDGET:
            await self.operator.tell("budget", "operator-budget")
        media_id = refusal.values.get("media_id")
        somebodys = next((each for each in (photo, voice) if each.id == media_id), None)
        item = somebodys or (newest if refusal.rule is Rule.AGE else voice)
        detail = json.dumps(refusal.values) if refusal.values else None
        async with self.database.transaction() as tx:
            if somebodys is not None:
                await drafts.drop(tx, item)
            await media.ask_again(tx, item.id, refusal.rule, detail)

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
            cuts=cuts_for(effective.engine, plan) if plan else (),
        )
