"""Detection: the provider's paid verdict on a picture, asked for once, counted and capped."""

from __future__ import annotations

import json

from bot.clock import Clock
from bot.dashscope.box import Box
from bot.dashscope.errors import NotSent, ServiceStopped
from bot.dashscope.verdict import Verdict
from bot.media.picture import NormalisedPicture
from bot.pipeline.engine import Engine
from bot.pipeline.stops import Stops
from bot.pipeline.terms import Terms
from storage import verdicts
from storage.database import Database
from storage.media import Media
from storage.stops import Work
from storage.verdicts import KnownVerdict


class Detection:
    """Each engine has its own: what one takes, the other may refuse."""

    def __init__(self, database: Database, terms: Terms, stops: Stops, clock: Clock) -> None:
        self._database = database
        self._terms = terms
        self._stops = stops
        self._clock = clock

    async def verdict(
        self, engine: Engine, half: Media, picture: NormalisedPicture
    ) -> KnownVerdict:
        """What is remembered of this picture, or a paid answer.

        Raises: TooManyChecks, BudgetExhausted, `DashScopeError`.
        """
        known = await verdicts.find(self._database, picture.sha256, engine.detection)
        if known is not None:
            return known
        booking_id = await self._count(engine, half)
        async with self._stops.of(engine.name).noting(Work.CHECK):
            verdict = _known(await self._paid_verdict(engine, booking_id, picture))
        async with self._database.transaction() as tx:
            now = self._clock.now_milliseconds()
            await verdicts.keep(tx, picture.sha256, engine.detection, verdict, now)
        return verdict

    async def _paid_verdict(
        self, engine: Engine, booking_id: int, picture: NormalisedPicture
    ) -> Verdict:
        """What was certainly not done is not billed, and does not count."""
        try:
            return await engine.check(picture.jpeg)
        except (ServiceStopped, NotSent):
            async with self._database.transaction() as tx:
                await verdicts.uncount_check(tx, booking_id)
            raise

    async def _count(self, engine: Engine, half: Media) -> int:
        async with self._database.transaction() as tx:
            return await verdicts.count_check(
                tx,
                user_id=half.user_id,
                media_id=half.id,
                model=engine.detection,
                micro_yuan=self._terms.price_of_detection(engine.name),
                per_person_per_day=self._terms.detections_per_person_per_day,
                caps=self._terms.caps,
                now_milliseconds=self._clock.now_milliseconds(),
            )


def _known(verdict: Verdict) -> KnownVerdict:
    return KnownVerdict(
        passed=int(verdict.passed),
        code=verdict.code,
        face_bbox=_stored(verdict.face_bbox),
        ext_bbox=_stored(verdict.ext_bbox),
    )


def _stored(box: Box | None) -> str | None:
    return None if box is None else json.dumps(box)
