"""What is said on a photo's or voice's message, with its buttons: all from the database."""

from __future__ import annotations

import json
import logging
from typing import Any

from bot.chat.formatting import say_ago, say_when
from bot.chat.keyboards import costing
from bot.chat.messenger import Messenger
from bot.chat.provider_texts import PHOTO_TEXTS
from bot.common import Component, Part
from bot.config.engines import ENGINES
from bot.gate import Rule
from bot.intake.group_replies import Said, in_group, ready_in_group
from bot.intake.inputs import cuts_for, plan_of
from bot.intake.outcome import NO_SPEECH
from bot.media.exchange import SoundPlan
from bot.media.sound.lengths import LONGEST_MILLISECONDS
from bot.telegram.errors import TelegramFailure
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.telegram.rate_limits import is_group
from bot.texts import Catalogue
from storage import drafts
from storage.drafts import Draft
from storage.groups import groups
from storage.jobs import jobs
from storage.jobs.ledger import Allowance, Price
from storage.media import CONSENT, LATE, Media, MediaState

logger = logging.getLogger(__name__)

_KEYS = (
    *PHOTO_TEXTS,
    *("photo-ask-no-face", "photo-ask-several", "photo-borrowed", "photo-budget"),
    *("photo-checks-used-up", "photo-dropped", "photo-empty", "photo-gone"),
    *("photo-late", "photo-no-verdict", "photo-not_a_picture"),
    *("photo-out-of-order", "photo-service-stopped", "photo-stale", "photo-superseded"),
    *("photo-too_big", "photo-too_many_pixels", "photo-too_narrow", "photo-too_small"),
    *(
        "photo-unreachable",
        "photo-used",
        "voice-ask-no-speech",
        "voice-borrowed",
        "voice-budget",
        "voice-dropped",
    ),
    *("voice-empty", "voice-gone", "voice-late", "voice-moderated", "voice-no_sound"),
    "voice-out-of-order",
    *("voice-service-stopped", "voice-silent", "voice-stale", "voice-superseded"),
    *("voice-too-long-here", "voice-too_big", "voice-too_long", "voice-too_long-over"),
    "voice-too_short",
    *("voice-unreachable", "voice-unreadable", "voice-used", "voice-waiting"),
    *("photo-late-video", "voice-late-video"),
)

OF_BOTH = {
    Rule.BANNED: "you-are-banned",
    Rule.GROUP: "group-not-allowed",
    Rule.WHO: "group-not-for-you",
    Rule.OTHERS: "talk-own-only",
}
"""What a rule refuses, said of a photo as of a voice."""

FAULT_TEXTS = {
    **{(kind, fault): key for key in _KEYS for kind, _, fault in [key.partition("-")]},
    **{(kind, rule.value): key for rule, key in OF_BOTH.items() for kind in ("photo", "voice")},
}
"""By the kind of media and its fault, as the database keeps them."""


LONGEST_SECONDS = LONGEST_MILLISECONDS / 1000

_WORTH_SHORTENING_MILLISECONDS = 1_000
_RETRY = frozenset(
    {
        *("unreachable", "service-stopped", "out-of-order", "checks-used-up"),
        *(Rule.BUDGET, Rule.WAITING, Rule.WHO, Rule.GROUP),
    }
)
_DOUBTS = frozenset({"ask-no-face", "ask-several", NO_SPEECH})

_Said = tuple[str, Keyboard | None]


class MediaReplies(Component):
    """Says outcomes."""

    messenger = Part(Messenger)

    async def say(self, item: Media) -> None:
        """Say it on the media item's message; nothing, where that message is a job's status by now.

        Raises: `TelegramFailure`s, see `Conversation.about`.
        """
        if item.state == MediaState.RECEIVED or _is_said_on_picture(item):
            return
        said = await self.words(item)
        if said is not None:
            await self.messenger.about(item, *said)

    async def words(self, item: Media) -> Said | None:
        """What there is to say of it now, with its buttons; None: nothing."""
        texts = await self.texts_for(item.user_id, item.chat_id)
        alone = await self._said(item, texts)
        return await self._in_group(item, alone, texts) if is_group(item.chat_id) else alone

    async def _in_group(self, item: Media, said: _Said | None, texts: Catalogue) -> Said | None:
        if item.state == MediaState.READY:
            return await ready_in_group(self.database, item, texts)
        if item.state == MediaState.SUPERSEDED or said is None:
            return None
        return in_group(item, said, texts)

    async def say_wait(self, item: Media, why_key: str) -> None:
        """Say on the item's message what is waited for; nothing where there is none.

        Whoever cannot be told now will see what became of it.
        """
        if item.reply_message_id is None:
            return
        texts = await self.texts_for(item.user_id, item.chat_id)
        try:
            await self.messenger.about(item, texts.html(why_key))
        except TelegramFailure as unsaid:
            logger.info("media item %s: %s", item.id, unsaid)

    async def _said(self, item: Media, texts: Catalogue) -> _Said | None:
        match item.state:
            case MediaState.READY:
                return await self._ready(item, texts)
            case MediaState.SUPERSEDED if item.fault == LATE and item.reply_message_id is None:
                return None  # it was never mentioned
            case MediaState.ASKED if item.fault == CONSENT:
                return None  # there is one question for all that waits
            case MediaState.ASKED if item.fault == LATE:
                return await self._late(item, texts)
            case MediaState.SUPERSEDED:
                return texts.html(FAULT_TEXTS[item.kind, item.fault or "superseded"]), None
            case MediaState.ASKED if item.fault == Rule.CONFIRM:
                return await self._confirm(item, texts)
            case MediaState.ASKED if item.fault == Rule.QUOTA:
                return await self._quota(item, texts)
            case MediaState.ASKED if item.fault == "too_long" and item.plan is not None:
                return await self._long(item, texts)
            case _:
                over = "-over" if _numbers(item).get("over") else ""
                key = FAULT_TEXTS[item.kind, (item.fault or "") + over]
                price = (await self.effective(item.conversation)).price
                return texts.html(key, **self._values(item, texts)), _way_on(item, price, texts)

    async def _ready(self, item: Media, texts: Catalogue) -> _Said | None:
        job = await jobs.newest_with(self.database, item.id)
        if job is not None:
            return await self._used(item, texts)
        draft = await drafts.get(self.database, item.conversation)
        if draft.is_complete:
            return None  # the other became ready meanwhile, and makes a job of both
        if item.is_photo:
            return await self._photo_ready(item, draft, texts)
        seconds = (item.duration_milliseconds or 0) / 1000
        if draft.photo is not None and draft.photo.state == MediaState.RECEIVED:
            return texts.html("voice-ready-photo-coming", seconds=seconds), None
        key = "voice-ready-noisy" if _numbers(item).get("noisy") else "voice-ready"
        return texts.html(key, seconds=seconds), None

    async def _used(self, item: Media, texts: Catalogue) -> _Said | None:
        """Nothing on a message that became the status of a job: it says how that one ended."""
        message_id = item.reply_message_id
        if message_id is None or await jobs.has_status(
            self.database, item.conversation, message_id
        ):
            return None
        seconds = (item.duration_milliseconds or 0) / 1000
        return texts.html(FAULT_TEXTS[item.kind, "used"], seconds=seconds), None

    async def _photo_ready(self, item: Media, draft: Draft, texts: Catalogue) -> _Said:
        if draft.voice is not None and draft.voice.state == MediaState.ASKED:
            return texts.html("photo-ready-voice-asked"), None
        if draft.voice is not None:
            return texts.html("photo-ready-voice-coming"), None
        last = await jobs.last_of(self.database, item.conversation)
        if last is not None:
            price = (await self.effective(item.conversation)).price
            needed = price.of(last.held_milliseconds).quota_milliseconds
            label = costing(texts, texts.plain("button-same-voice"), needed)
            button = (label, f"again:{item.id}:{last.voice_id}")
            return texts.html("photo-ready-again"), keyboard_of([button])
        key = "photo-ready-enlarged" if _numbers(item).get("enlarged") else "photo-ready"
        return texts.html(key, longest=LONGEST_SECONDS), None

    async def _late(self, item: Media, texts: Catalogue) -> _Said | None:
        """One question for all that waits: on the newest media item."""
        draft = await drafts.get(self.database, item.conversation)
        other = draft.voice if item.is_photo else draft.photo
        if other is not None and other.fault == LATE and other.id > item.id:
            return None
        key = FAULT_TEXTS[item.kind, "late" if other is None else "late-video"]
        age = self.clock.now_milliseconds() - item.wanted_at_milliseconds
        return texts.html(key, ago=say_ago(texts, age)), _go_on(item, texts)

    async def _confirm(self, voice: Media, texts: Catalogue) -> _Said:
        """What the video takes of what is left: its owner wants to be asked."""
        effective = await self.effective(voice.conversation)
        allowance = await self.allowance(voice.user_id, effective.price)
        needed = effective.price.of(voice.duration_milliseconds or 0).quota_milliseconds
        text = texts.html(
            "voice-confirm",
            seconds=(voice.duration_milliseconds or 0) / 1000,
            needed=needed / 1000,
            left=allowance.left_milliseconds // 100 / 10,
        )
        yes = (texts.plain("button-go-on"), f"spend:{voice.id}:{needed}")
        no = (texts.plain("button-not-now"), f"notnow:{voice.id}")
        return text, keyboard_of([yes, no])

    async def _quota(self, voice: Media, texts: Catalogue) -> _Said:
        """What is left, when it comes back, and the beginning that it would pay for."""
        price = (await self.effective(voice.conversation)).price
        allowance = await self.allowance(voice.user_id, price)
        affordable = price.affordable_milliseconds(allowance.left_milliseconds)
        affordable = min(LONGEST_MILLISECONDS, affordable // 100 * 100)
        needed = price.of(voice.duration_milliseconds or 0).quota_milliseconds
        rows = [[(texts.plain("button-retry"), f"reopen:{voice.id}")]]
        if affordable >= _WORTH_SHORTENING_MILLISECONDS:
            rows.insert(0, [_beginning(voice, affordable, price, texts)])
        text = texts.html(
            "voice-quota-shorten" if len(rows) > 1 else "voice-quota",
            seconds=needed / 1000,
            left=allowance.left_milliseconds // 100 / 10,
            when=say_when(self, texts, allowance.resets_at_milliseconds),
        )
        return text, keyboard_of(*rows)

    async def _long(self, item: Media, texts: Catalogue) -> _Said:
        """The beginning, a piece, or all of it in parts: that only where every cap allows it."""
        plan = plan_of(item)
        assert plan is not None  # noqa: S101
        effective = await self.effective(item.conversation)
        price = effective.price
        needed = price.of(plan.duration_milliseconds).quota_milliseconds
        allowance = await self.allowance(item.user_id, price)
        parts = len(cuts_for(effective.engine, plan)) + 1
        key = await self._key_of_long(item, plan, needed, allowance)
        text = texts.html(
            key,
            seconds=plan.duration_milliseconds / 1000,
            longest=ENGINES[effective.engine].longest_milliseconds / 1000,
            parts=parts,
            needed=needed / 1000,
            left=allowance.left_milliseconds // 100 / 10,
        )
        if key == "voice-long" and plan.silent_parts:
            silent = texts.html("voice-long-silent-parts", silent=plan.silent_parts)
            text = f"{text}\n\n{silent}"
        rows = [
            [_beginning(item, LONGEST_MILLISECONDS, price, texts)],
            [(texts.plain("button-pick-clip"), f"pick:{item.id}")],
        ]
        if key == "voice-long":
            label = costing(texts, texts.plain("button-all-parts", parts=parts), needed)
            rows.append([(label, f"parts:{item.id}")])
        return text, keyboard_of(*rows)

    async def _key_of_long(
        self, item: Media, plan: SoundPlan, needed_milliseconds: int, allowance: Allowance
    ) -> str:
        limit = (await groups.settings_of(self.database, item.chat_id)).longest_milliseconds
        if limit is not None and plan.duration_milliseconds > limit:
            return "voice-long-here"
        if needed_milliseconds > allowance.quota.left_milliseconds:
            return "voice-long-quota"
        if needed_milliseconds > allowance.left_milliseconds:
            return "voice-long-budget"
        return "voice-long"

    def _values(self, item: Media, texts: Catalogue) -> dict[str, Any]:
        values = {**_numbers(item), "longest": LONGEST_SECONDS}
        values["waiting"] = self.limits.jobs_waiting_per_person
        age = values.pop("age_milliseconds", None)
        if age is not None:
            values["ago"] = say_ago(texts, int(age))
            values["seconds"] = (item.duration_milliseconds or 0) / 1000
        resets_at = values.pop("resets_at", None)
        if resets_at is not None:
            values["when"] = say_when(self, texts, int(resets_at))
        return values


def _numbers(item: Media) -> dict[str, Any]:
    return json.loads(item.fault_detail) if item.fault_detail else {}


def _is_said_on_picture(item: Media) -> bool:
    """Nothing was answered since: the message has more than is known here."""
    asks = item.state in (MediaState.ASKED, MediaState.REFUSED)
    return asks and item.is_pictured and item.crop is None and not item.insisted


def _go_on(item: Media, texts: Catalogue) -> Keyboard:
    return keyboard_of([(texts.plain("button-go-on"), f"goon:{item.id}")])


def _beginning(item: Media, milliseconds: int, price: Price, texts: Catalogue) -> tuple[str, str]:
    """With what it takes from the quota, where that is not as much as its length."""
    label = texts.plain("button-beginning", seconds=milliseconds / 1000)
    needed = price.of(milliseconds).quota_milliseconds
    if needed != milliseconds:
        label = costing(texts, label, needed)
    return label, f"cut:{item.id}:{milliseconds}"


def _way_on(item: Media, price: Price, texts: Catalogue) -> Keyboard | None:
    if item.fault == Rule.AGE:
        return _go_on(item, texts)
    if item.fault in _DOUBTS:
        return keyboard_of([(texts.plain("button-check"), f"check:{item.id}")])
    if item.fault == "too_long":
        return keyboard_of([_beginning(item, LONGEST_MILLISECONDS, price, texts)])
    if item.fault == Rule.LONGEST:
        milliseconds = int(float(_numbers(item).get("limit", 0)) * 1000)
        return keyboard_of([_beginning(item, milliseconds, price, texts)])
    if item.fault in _RETRY and item.state == MediaState.ASKED:
        return keyboard_of([(texts.plain("button-retry"), f"reopen:{item.id}")])
    return None
