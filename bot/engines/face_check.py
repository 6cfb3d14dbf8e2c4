"""The check of a face: the provider's paid verdict, asked for once, counted and capped."""

from __future__ import annotations

import asyncio
import json
from weakref import WeakValueDictionary

from bot.clock import Clock
from bot.dashscope.errors import (
    DashScopeError,
    InputNotFetched,
    NotSent,
    ServiceStopped,
    Throttled,
    TryAgain,
    Unavailable,
)
from bot.dashscope.fields import Box
from bot.dashscope.verdict import Verdict
from bot.engines.base import Engine
from bot.engines.outages import Outages
from bot.limits import Limits
from bot.media.exchange import NormalisedPicture
from storage import verdicts
from storage.db.database import Database
from storage.media import Media
from storage.outages import Work
from storage.verdicts import CHECKS_OF_A_PICTURE, KnownVerdict, NoVerdict

_NOT_MADE = (ServiceStopped, NotSent, Throttled, Unavailable)
_WAITS_SECONDS = (2.0, 10.0)
"""Before the second paid check of a picture, and before the third and last."""


class VerdictLost(TryAgain):
    """A check that may be billed brought no verdict; it may be repeated, few times.

    Whoever repeats it waits `wait_seconds` before.
    """

    def __init__(self, failure: DashScopeError, wait_seconds: float) -> None:
        super().__init__(str(failure), code=failure.code, message=failure.message)
        self.wait_seconds = wait_seconds


class Detection:
    """Each engine has its own: what one takes, the other may refuse."""

    def __init__(self, database: Database, limits: Limits, outages: Outages, clock: Clock) -> None:
        self._database = database
        self._limits = limits
        self._outages = outages
        self._clock = clock
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def verdict(
        self, engine: Engine, item: Media, picture: NormalisedPicture
    ) -> KnownVerdict:
        """What is remembered of this picture, or a paid answer; one at a time for each picture.

        Raises: NoVerdict, TooManyChecks, BudgetExhausted, `DashScopeError`.
        """
        turn = (picture.sha256, engine.detection)
        async with self._turns.setdefault(turn, asyncio.Lock()):
            return await self._verdict(engine, item, picture)

    async def _verdict(
        self, engine: Engine, item: Media, picture: NormalisedPicture
    ) -> KnownVerdict:
        known = await verdicts.find(self._database, picture.sha256, engine.detection)
        if known is not None:
            return known
        booking_id = await self._count(engine, item, picture.sha256)
        async with self._outages.of(engine.name).noting(Work.CHECK):
            verdict = _known(await self._paid_verdict(engine, booking_id, picture))
        async with self._database.transaction() as tx:
            now = self._clock.now_milliseconds()
            await verdicts.store(tx, picture.sha256, engine.detection, verdict, now)
        return verdict

    async def _paid_verdict(
        self, engine: Engine, booking_id: int, picture: NormalisedPicture
    ) -> Verdict:
        """What was certainly not done is not billed, and does not count."""
        try:
            return await engine.check(picture.jpeg)
        except _NOT_MADE:
            async with self._database.transaction() as tx:
                await verdicts.uncount_check(tx, booking_id)
            raise
        except (TryAgain, InputNotFetched) as failure:
            raise await self._lost(engine, picture.sha256, failure) from failure

    async def _lost(
        self, engine: Engine, picture_sha256: str, failure: DashScopeError
    ) -> VerdictLost | NoVerdict:
        """What an answer without a verdict comes to: another check, or the end of checking."""
        now = self._clock.now_milliseconds()
        left = await verdicts.checks_left(self._database, picture_sha256, engine.detection, now)
        if left == 0:
            return NoVerdict(engine.detection, str(failure))
        made = CHECKS_OF_A_PICTURE - left
        return VerdictLost(failure, _WAITS_SECONDS[made - 1])

    async def _count(self, engine: Engine, item: Media, picture_sha256: str) -> int:
        async with self._database.transaction() as tx:
            return await verdicts.count_check(
                tx,
                user_id=item.user_id,
                media_id=item.id,
                picture_sha256=picture_sha256,
                model=engine.detection,
                micro_yuan=self._limits.price_of_detection(engine.name),
                per_person_per_day=self._limits.detections_per_person_per_day,
                caps=self._limits.caps,
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
