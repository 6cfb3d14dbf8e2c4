"""What is said on a half's message once it is known what becomes of it."""

from __future__ import annotations

from typing import Any

from bot.clock import Clock
from bot.media.sound import LONGEST_MILLISECONDS
from bot.pipeline.conversation import Conversation
from bot.pipeline.halves import Outcome
from bot.pipeline.moments import say_when
from bot.pipeline.terms import Terms
from bot.telegram.keyboard import Keyboard
from bot.texts import Catalogue
from storage import drafts, jobs, media
from storage.database import Database
from storage.drafts import Draft
from storage.media import Media, MediaState

LONGEST_SECONDS = LONGEST_MILLISECONDS / 1000

_RETRY = frozenset({"unreachable", "service-stopped", "budget", "checks-used-up"})
_DOUBTS = frozenset({"ask-no-face", "ask-several"})


class HalfWording:
    """Says outcomes."""

    def __init__(
        self, database: Database, conversation: Conversation, terms: Terms, clock: Clock
    ) -> None:
        self._database = database
        self._conversation = conversation
        self._terms = terms
        self._clock = clock

    async def say(self, half: Media, outcome: Outcome) -> None:
        """Say it on the half's message.

        Raises: `TelegramFailure`s, see `Conversation.about`.
        """
        texts = await self._conversation.texts_for(half.user_id)
        if outcome.state is MediaState.READY:
            text, keyboard = await self._ready(half, outcome, texts)
        else:
            text = texts.html(f"{half.kind}-{outcome.reason}", **self._values(outcome, texts))
            keyboard = self._way_on(half, outcome, texts)
        await self._conversation.about(half, text, keyboard)

    async def superseded(self, half: Media) -> None:
        """A newer one took its place before it was used; nothing, if it is here in another way."""
        current = await media.get(self._database, half.id)
        if current is None or current.state != MediaState.SUPERSEDED:
            return
        texts = await self._conversation.texts_for(half.user_id)
        await self._conversation.about(half, texts.html(f"{half.kind}-superseded"))

    async def _ready(
        self, half: Media, outcome: Outcome, texts: Catalogue
    ) -> tuple[str, Keyboard | None]:
        draft = await drafts.get(self._database, half.place)
        if half.is_photo:
            return await self._photo_ready(half, draft, outcome, texts)
        seconds = (half.duration_milliseconds or 0) / 1000
        if draft.photo is not None and draft.photo.state == MediaState.RECEIVED:
            return texts.html("sound-ready-photo-coming", seconds=seconds), None
        key = "sound-ready-noisy" if outcome.numbers.get("noisy") else "sound-ready"
        return texts.html(key, seconds=seconds), None

    async def _photo_ready(
        self, half: Media, draft: Draft, outcome: Outcome, texts: Catalogue
    ) -> tuple[str, Keyboard | None]:
        if draft.sound is not None:
            return texts.html("photo-ready-sound-coming"), None
        last = await jobs.last_of(self._database, half.place)
        if last is not None:
            button = (texts.plain("button-same-voice"), f"again:{half.id}:{last.sound_id}")
            return texts.html("photo-ready-again"), Keyboard.of([button])
        key = "photo-ready-enlarged" if outcome.numbers.get("enlarged") else "photo-ready"
        return texts.html(key, longest=LONGEST_SECONDS), None

    def _values(self, outcome: Outcome, texts: Catalogue) -> dict[str, Any]:
        values: dict[str, Any] = dict(outcome.numbers)
        resets_at = values.pop("resets_at", None)
        if resets_at is not None:
            now = self._clock.now_milliseconds()
            values["when"] = say_when(texts, int(resets_at), now, self._terms.caps.zone)
        return {**values, "longest": LONGEST_SECONDS}

    def _way_on(self, half: Media, outcome: Outcome, texts: Catalogue) -> Keyboard | None:
        if outcome.reason in _DOUBTS:
            return Keyboard.of([(texts.plain("button-check"), f"check:{half.id}")])
        if outcome.reason == "too_long":
            label = texts.plain("button-beginning", seconds=LONGEST_SECONDS)
            return Keyboard.of([(label, f"cut:{half.id}:{LONGEST_MILLISECONDS}")])
        if outcome.reason in _RETRY:
            return Keyboard.of([(texts.plain("button-retry"), f"reopen:{half.id}")])
        return None
