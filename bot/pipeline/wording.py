"""What is said on a half's message once it is known what became of it: all from the database."""

from __future__ import annotations

import json
from typing import Any

from bot.clock import Clock
from bot.media.lengths import LONGEST_MILLISECONDS
from bot.pipeline.conversation import Conversation
from bot.pipeline.group_wording import Said, in_group, ready_in_group
from bot.pipeline.long_voice_choices import LongVoiceChoices
from bot.pipeline.moments import say_ago, say_when
from bot.pipeline.terms import Terms
from bot.pipeline.wishes import wishes_of
from bot.telegram.keyboard import Keyboard
from bot.telegram.pace import is_group
from bot.texts import Catalogue
from storage import drafts, jobs, ledger, media
from storage.database import Database
from storage.drafts import Draft
from storage.media import CONSENT, LATE, STALE, TOO_LONG_HERE, Media, MediaState

LONGEST_SECONDS = LONGEST_MILLISECONDS / 1000

_WORTH_SHORTENING_MILLISECONDS = 1_000
_RETRY = frozenset(
    {"unreachable", "service-stopped", "out-of-order", "budget", "waiting", "checks-used-up"}
)
_DOUBTS = frozenset({"ask-no-face", "ask-several"})

_Said = tuple[str, Keyboard | None]


class HalfWording:
    """Says outcomes."""

    def __init__(
        self, database: Database, conversation: Conversation, terms: Terms, clock: Clock
    ) -> None:
        self._database = database
        self._conversation = conversation
        self._terms = terms
        self._choices = LongVoiceChoices(database, terms, clock)
        self._clock = clock

    async def say(self, half_id: int) -> None:
        """Say it on the half's message; nothing, where that message is a job's status by now.

        Raises: `TelegramFailure`s, see `Conversation.about`.
        """
        half = await media.get(self._database, half_id)
        if half is None or half.state == MediaState.RECEIVED:
            return
        texts = await self._conversation.texts_for(half.user_id, half.chat_id)
        alone = await self._said(half, texts)
        in_company = is_group(half.chat_id)
        said = await self._in_group(half, alone, texts) if in_company else alone
        if said is not None:
            await self._conversation.about(half, *said)

    async def _in_group(self, half: Media, said: _Said | None, texts: Catalogue) -> Said | None:
        if half.state == MediaState.READY:
            return await ready_in_group(self._database, half, texts)
        if half.state == MediaState.SUPERSEDED or said is None:
            return None
        return in_group(half, said, texts)

    async def say_away(self, half: Media) -> None:
        """Say on the half's message that the service is waited for; nothing where there is none.

        Raises: `TelegramFailure`s.
        """
        if half.reply_message_id is not None:
            texts = await self._conversation.texts_for(half.user_id, half.chat_id)
            await self._conversation.about(half, texts.html("service-away"))

    async def _said(self, half: Media, texts: Catalogue) -> _Said | None:
        match half.state:
            case MediaState.READY:
                return await self._ready(half, texts)
            case MediaState.SUPERSEDED if _was_never_mentioned(half):
                return None
            case MediaState.ASKED if half.fault == CONSENT:
                return None  # there is one question for all that waits
            case MediaState.ASKED if half.fault == LATE:
                return await self._late(half, texts)
            case MediaState.SUPERSEDED:
                return texts.html(f"{half.kind}-{half.fault or 'superseded'}"), None
            case MediaState.ASKED if half.fault == "confirm":
                return await self._confirm(half, texts)
            case MediaState.ASKED if half.fault == "quota":
                return await self._quota(half, texts)
            case MediaState.ASKED if half.fault == "too_long" and half.plan is not None:
                return await self._choices.of(half, texts)
            case _:
                text = texts.html(f"{half.kind}-{half.fault}", **self._values(half, texts))
                return text, _way_on(half, texts)

    async def _ready(self, half: Media, texts: Catalogue) -> _Said | None:
        job = await jobs.newest_with_half(self._database, half.id)
        if job is not None:
            return await self._used(half, texts)
        draft = await drafts.get(self._database, half.place)
        if half.is_photo:
            return await self._photo_ready(half, draft, texts)
        seconds = (half.duration_milliseconds or 0) / 1000
        if draft.photo is not None and draft.photo.state == MediaState.RECEIVED:
            return texts.html("sound-ready-photo-coming", seconds=seconds), None
        key = "sound-ready-noisy" if _numbers(half).get("noisy") else "sound-ready"
        return texts.html(key, seconds=seconds), None

    async def _used(self, half: Media, texts: Catalogue) -> _Said | None:
        """Nothing on a message that became the status of a job: it says how that one ended."""
        message_id = half.reply_message_id
        if message_id is None or await jobs.has_status(self._database, half.place, message_id):
            return None
        seconds = (half.duration_milliseconds or 0) / 1000
        return texts.html(f"{half.kind}-used", seconds=seconds), None

    async def _photo_ready(self, half: Media, draft: Draft, texts: Catalogue) -> _Said:
        if draft.sound is not None and draft.sound.state == MediaState.ASKED:
            return texts.html("photo-ready-sound-asked"), None
        if draft.sound is not None:
            return texts.html("photo-ready-sound-coming"), None
        last = await jobs.last_of(self._database, half.place)
        if last is not None:
            button = (texts.plain("button-same-voice"), f"again:{half.id}:{last.sound_id}")
            return texts.html("photo-ready-again"), Keyboard.of([button])
        key = "photo-ready-enlarged" if _numbers(half).get("enlarged") else "photo-ready"
        return texts.html(key, longest=LONGEST_SECONDS), None

    async def _late(self, half: Media, texts: Catalogue) -> _Said | None:
        """One question for all that waits: on the newest half."""
        draft = await drafts.get(self._database, half.place)
        other = draft.sound if half.is_photo else draft.photo
        if other is not None and other.fault == LATE and other.id > half.id:
            return None
        key = f"{half.kind}-late" if other is None else f"{half.kind}-late-video"
        age = self._clock.now_milliseconds() - half.wanted_at_milliseconds
        return texts.html(key, ago=say_ago(texts, age)), _go_on(half, texts)

    async def _confirm(self, sound: Media, texts: Catalogue) -> _Said:
        """What the video takes of what is left: its owner wants to be asked."""
        now = self._clock.now_milliseconds()
        wishes = await wishes_of(self._database, self._terms, sound.place)
        allowance = await ledger.allowance_of(
            self._database, sound.user_id, wishes.price, self._terms.caps, now
        )
        needed = wishes.price.of(sound.duration_milliseconds or 0).quota_milliseconds
        text = texts.html(
            "sound-confirm",
            seconds=(sound.duration_milliseconds or 0) / 1000,
            needed=needed / 1000,
            left=allowance.left_milliseconds // 100 / 10,
        )
        yes = (texts.plain("button-go-on"), f"spend:{sound.id}:{needed}")
        no = (texts.plain("button-not-now"), f"notnow:{sound.id}")
        return text, Keyboard.of([yes, no])

    async def _quota(self, sound: Media, texts: Catalogue) -> _Said:
        """What is left, when it comes back, and the beginning that it would pay for."""
        now, caps = self._clock.now_milliseconds(), self._terms.caps
        price = (await wishes_of(self._database, self._terms, sound.place)).price
        allowance = await ledger.allowance_of(self._database, sound.user_id, price, caps, now)
        affordable = price.affordable_milliseconds(allowance.left_milliseconds)
        affordable = min(LONGEST_MILLISECONDS, affordable // 100 * 100)
        needed = price.of(sound.duration_milliseconds or 0).quota_milliseconds
        rows = [[(texts.plain("button-retry"), f"reopen:{sound.id}")]]
        if affordable >= _WORTH_SHORTENING_MILLISECONDS:
            label = texts.plain("button-beginning", seconds=affordable / 1000)
            rows.insert(0, [(label, f"cut:{sound.id}:{affordable}")])
        text = texts.html(
            "sound-quota-shorten" if len(rows) > 1 else "sound-quota",
            seconds=needed / 1000,
            left=allowance.left_milliseconds // 100 / 10,
            when=say_when(texts, allowance.resets_at_milliseconds, now, caps.zone),
        )
        return text, Keyboard.of(*rows)

    def _values(self, half: Media, texts: Catalogue) -> dict[str, Any]:
        values = {**_numbers(half), "longest": LONGEST_SECONDS}
        values["waiting"] = self._terms.jobs_waiting_per_person
        age = values.pop("age_milliseconds", None)
        if age is not None:
            values["ago"] = say_ago(texts, int(age))
            values["seconds"] = (half.duration_milliseconds or 0) / 1000
        resets_at = values.pop("resets_at", None)
        if resets_at is not None:
            now = self._clock.now_milliseconds()
            values["when"] = say_when(texts, int(resets_at), now, self._terms.caps.zone)
        return values


def _numbers(half: Media) -> dict[str, Any]:
    return json.loads(half.fault_detail) if half.fault_detail else {}


def _was_never_mentioned(half: Media) -> bool:
    return half.fault == LATE and half.reply_message_id is None


def _go_on(half: Media, texts: Catalogue) -> Keyboard:
    return Keyboard.of([(texts.plain("button-go-on"), f"goon:{half.id}")])


def _way_on(half: Media, texts: Catalogue) -> Keyboard | None:
    if half.fault == STALE:
        return _go_on(half, texts)
    if half.fault in _DOUBTS:
        return Keyboard.of([(texts.plain("button-check"), f"check:{half.id}")])
    if half.fault == "too_long":
        label = texts.plain("button-beginning", seconds=LONGEST_SECONDS)
        return Keyboard.of([(label, f"cut:{half.id}:{LONGEST_MILLISECONDS}")])
    if half.fault == TOO_LONG_HERE:
        seconds = float(_numbers(half).get("limit", 0))
        label = texts.plain("button-beginning", seconds=seconds)
        return Keyboard.of([(label, f"cut:{half.id}:{int(seconds * 1000)}")])
    if half.fault in _RETRY and half.state == MediaState.ASKED:
        return Keyboard.of([(texts.plain("button-retry"), f"reopen:{half.id}")])
    return None
