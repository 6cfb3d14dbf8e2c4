"""The question about a voice too long for one video, with what each answer takes."""

from __future__ import annotations

from bot.clock import Clock
from bot.media.lengths import LONGEST_MILLISECONDS
from bot.pipeline.long_voice import Plan
from bot.pipeline.terms import Terms
from bot.pipeline.wishes import wishes_of
from bot.telegram.keyboard import Keyboard
from bot.texts import Catalogue
from storage import groups, ledger
from storage.database import Database
from storage.ledger import Allowance
from storage.media import Media


class LongVoiceChoices:
    """The beginning, a piece, or all of it in parts: that only where every cap allows it now."""

    def __init__(self, database: Database, terms: Terms, clock: Clock) -> None:
        self._database = database
        self._terms = terms
        self._clock = clock

    async def of(self, half: Media, texts: Catalogue) -> tuple[str, Keyboard]:
        """The question and its answers."""
        plan = Plan.of(half)
        assert plan is not None  # noqa: S101
        price = (await wishes_of(self._database, self._terms, half.place)).price
        needed = price.of(plan.length).quota_milliseconds
        now, caps = self._clock.now_milliseconds(), self._terms.caps
        allowance = await ledger.allowance_of(self._database, half.user_id, price, caps, now)
        parts = len(plan.cuts) + 1
        key = await self._key(half, plan, needed, allowance)
        text = texts.html(
            key,
            seconds=plan.length / 1000,
            longest=LONGEST_MILLISECONDS / 1000,
            parts=parts,
            needed=needed / 1000,
            left=allowance.left_milliseconds // 100 / 10,
        )
        beginning = texts.plain("button-beginning", seconds=LONGEST_MILLISECONDS / 1000)
        rows = [
            [(beginning, f"cut:{half.id}:{LONGEST_MILLISECONDS}")],
            [(texts.plain("button-pick-piece"), f"pick:{half.id}")],
        ]
        if key == "sound-long":
            rows.append([(texts.plain("button-all-parts", parts=parts), f"parts:{half.id}")])
        return text, Keyboard.of(*rows)

    async def _key(
        self, half: Media, plan: Plan, needed_milliseconds: int, allowance: Allowance
    ) -> str:
        limit = (await groups.settings_of(self._database, half.chat_id)).longest_milliseconds
        if limit is not None and plan.length > limit:
            return "sound-long-here"
        if needed_milliseconds > allowance.quota.left_milliseconds:
            return "sound-long-quota"
        if needed_milliseconds > allowance.left_milliseconds:
            return "sound-long-budget"
        return "sound-long"
