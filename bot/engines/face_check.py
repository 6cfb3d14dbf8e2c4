"""The check of a face: the provider's paid verdict, asked for once, counted and capped."""

from __future__ import annotations

import json
from dataclasses import field

from bot.common import Component, Part
from bot.config.engines import PORTRAIT
from bot.dashscope.errors import DashScopeError, NothingDone, ServiceStopped, Transient, Unanswered
from bot.dashscope.fields import Box
from bot.dashscope.verdict import Verdict
from bot.engines.base import Engine
from bot.engines.outages import Outages
from bot.gate import Gate, Wanted, Way
from bot.media.exchange import NormalisedPicture
from bot.retry import PAID_CHECK
from bot.task_pool import KeyedLocks
from storage import verdicts
from storage.media import Media
from storage.outages import Work
from storage.verdicts import CHECKS_OF_A_PICTURE, KnownVerdict, NoVerdict


class VerdictLost(Unanswered):
    """A check that may be billed brought no verdict; it may be repeated, few times."""


class Detection(Component):
    """Each engine has its own: what one takes, the other may refuse."""

    outages = Part(Outages)
    gate = Part(Gate)
    _locks: KeyedLocks = field(init=False, default_factory=KeyedLocks)

    async def verdict(
        self,
        way: Way,
        engine: Engine,
        item: Media,
        picture: NormalisedPicture,
        framing: str | None = None,
    ) -> KnownVerdict:
        """What is remembered of this picture, or a paid answer; one at a time for each picture.

        `framing`: the shape it is checked for, where the engine has several.
        Raises: NoVerdict, RuleRefused, `DashScopeError`.
        """
        named = f"{engine.detection} {framing}" if framing == PORTRAIT else engine.detection
        async with self._locks.of((picture.sha256, named)):
            known = await verdicts.find(self.database, picture.sha256, named)
            if known is None:
                known = await self._checked(way, engine, item, picture, framing)
                await self.database.do(verdicts.store, picture.sha256, named, known)
            return known

    async def _checked(
        self, way: Way, engine: Engine, item: Media, picture: NormalisedPicture, framing: str | None
    ) -> KnownVerdict:
        booking_id = await self._book(way, engine, item, picture.sha256)
        async with self.outages.of(engine.name).noting(Work.CHECK):
            return _known(await self._paid_verdict(engine, booking_id, picture, framing))

    async def _paid_verdict(
        self, engine: Engine, booking_id: int, picture: NormalisedPicture, framing: str | None
    ) -> Verdict:
        """What was certainly not done is not billed, and does not count."""
        try:
            return await engine.check(picture.jpeg, framing)
        except (ServiceStopped, NothingDone):
            await self.database.do(verdicts.uncount_check, booking_id)
            raise
        except Transient as failure:
            raise await self._lost(engine, picture.sha256, failure) from failure

    async def _lost(
        self, engine: Engine, picture_sha256: str, failure: DashScopeError
    ) -> VerdictLost | NoVerdict:
        """What an answer without a verdict comes to: another check, or the end of checking."""
        left = await verdicts.checks_left(self.database, picture_sha256, engine.detection)
        if left == 0:
            return NoVerdict(engine.detection, str(failure))
        made = CHECKS_OF_A_PICTURE - left
        return VerdictLost(
            str(failure),
            code=failure.code,
            message=failure.message,
            retry_after_seconds=PAID_CHECK.delay_seconds(made),
        )

    async def _book(self, way: Way, engine: Engine, item: Media, picture_sha256: str) -> int:
        price = self.limits.price_of_detection(engine.name)
        wanted = Wanted(
            way=way, conversation=item.conversation, items=(item,), check_micro_yuan=price
        )
        administers = await self.gate.administers(item.conversation)
        async with self.database.transaction() as tx:
            await self.gate.require(tx, wanted, administers=administers)
            return await verdicts.count_check(
                tx,
                user_id=item.user_id,
                media_id=item.id,
                picture_sha256=picture_sha256,
                model=engine.detection,
                micro_yuan=price,
                zone=self.limits.zone,
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
