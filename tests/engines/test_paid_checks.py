"""No photo is checked for money again and again, whatever the service answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.dashscope.errors import (
    DashScopeError,
    InputNotFetched,
    Moderated,
    RequestRejected,
    ServiceStopped,
    StopCause,
    Throttled,
    Unanswered,
    Unavailable,
    Unsent,
)
from bot.dashscope.verdict import Verdict
from bot.engines.face_check import Detection, VerdictLost
from bot.gate import Way
from bot.media.exchange import NormalisedPicture
from storage import media
from storage.media import ConversationKey, Media, ReceivedMedia
from storage.verdicts import ASKED_ANEW_AFTER_MILLISECONDS, CHECKS_OF_A_PICTURE, NoVerdict
from tests.engines.test_engines import TERMS
from tests.support.fake_services import Fakes
from tests.support.scripted_engine import ScriptedEngine

PICTURE = NormalisedPicture(b"jpeg", 400, 400, "sha", enlarged=False, faces=())
OTHER = replace(PICTURE, sha256="another")
MANY = TERMS.model_copy(update={"detections_per_person_per_day": 99})


class Checking(ScriptedEngine):
    """Counts what it is asked."""

    checks = 0

    async def check(self, jpeg: bytes, framing: str | None = None) -> Verdict:
        del framing
        self.checks += 1
        await asyncio.sleep(0)
        return await super().check(jpeg)


@pytest.fixture
def engine(fakes: Fakes) -> Checking:
    return Checking(fakes.clock)


@pytest.fixture
def detection(fakes: Fakes) -> Detection:
    return new_detection(fakes)


def new_detection(fakes: Fakes) -> Detection:
    common = replace(fakes.common, limits=MANY)
    common.give(fakes.outages)
    return Detection(common=common)


async def a_photo(fakes: Fakes, user_id: int = 7) -> Media:
    arrival = ReceivedMedia(
        f"update:{user_id}", "photo", ConversationKey(7, 0, user_id), 1, None, "f", "u", 9
    )
    now = fakes.clock.now_milliseconds()
    async with fakes.database.transaction() as tx:
        await media.record(tx, arrival, not_before_milliseconds=now)
        item = await media.by_source(tx, arrival.source)
    assert item is not None
    return item


async def asked_often(
    detection: Detection, engine: Checking, item: Media, picture: NormalisedPicture = PICTURE
) -> list[Exception]:
    """What came of asking for a verdict ten times."""
    came: list[Exception] = []
    for _ in range(10):
        try:
            await detection.verdict(Way.OTHER_ENGINE, engine, item, picture)
        except (DashScopeError, NoVerdict) as failure:
            came.append(failure)
    return came


@pytest.mark.parametrize(
    "answer",
    [
        Unanswered("detect: 200 with an answer of unexpected shape"),
        Unanswered("detect: no answer"),
        Unanswered("detect: 500"),
        Unanswered("detect: 400 InternalError.Algo", code="InternalError.Algo"),
        InputNotFetched("detect: 400"),
        Moderated("detect: 400"),
        RequestRejected("detect: 400"),
    ],
    ids=str,
)
async def test_whatever_the_answers_are_a_photo_is_paid_for_three_times_at_most(
    fakes: Fakes, detection: Detection, engine: Checking, answer: DashScopeError
) -> None:
    engine.refusal = answer
    item = await a_photo(fakes)
    came = await asked_often(detection, engine, item)
    assert engine.checks == CHECKS_OF_A_PICTURE == 3
    assert isinstance(came[-1], NoVerdict)
    again = new_detection(fakes)
    assert {type(failure) for failure in await asked_often(again, engine, item)} == {NoVerdict}
    assert engine.checks == 3, "a restart forgets nothing"
    await asked_often(detection, engine, item, OTHER)
    assert engine.checks == 6, "another photo is another matter"


async def test_the_repeats_of_a_paid_check_are_not_made_in_haste(
    fakes: Fakes, detection: Detection, engine: Checking
) -> None:
    engine.refusal = Unanswered("detect: 500")
    came = await asked_often(detection, engine, await a_photo(fakes))
    lost = [failure for failure in came if isinstance(failure, VerdictLost)]
    assert [failure.retry_after_seconds for failure in lost] == [2.0, 10.0]
    assert isinstance(came[2], NoVerdict)
    assert "detect: 500" in str(came[2])


@pytest.mark.parametrize(
    "answer",
    [
        Unsent("detect: no connection"),
        Throttled("detect: 429"),
        Unavailable("detect: 503"),
        ServiceStopped("detect: 401", cause=StopCause.KEY),
    ],
    ids=str,
)
async def test_what_was_certainly_not_done_does_not_count(
    fakes: Fakes, detection: Detection, engine: Checking, answer: DashScopeError
) -> None:
    engine.refusal = answer
    item = await a_photo(fakes)
    came = await asked_often(detection, engine, item)
    assert {type(failure) for failure in came} == {type(answer)}
    assert await fakes.database.fetch_all("SELECT * FROM detections") == []
    engine.refusal = None
    assert (await detection.verdict(Way.OTHER_ENGINE, engine, item, PICTURE)).passed


async def test_a_day_later_the_service_may_be_mended(
    fakes: Fakes, detection: Detection, engine: Checking
) -> None:
    engine.refusal = Unanswered("detect: 200 with an answer of unexpected shape")
    item = await a_photo(fakes)
    await asked_often(detection, engine, item)
    engine.refusal = None
    fakes.clock.advance(ASKED_ANEW_AFTER_MILLISECONDS / 1000 - 1)
    with pytest.raises(NoVerdict):
        await detection.verdict(Way.OTHER_ENGINE, engine, item, PICTURE)
    fakes.clock.advance(1)
    assert (await detection.verdict(Way.OTHER_ENGINE, engine, item, PICTURE)).passed
    rows = await fakes.database.fetch_all("SELECT picture_sha256 FROM detections")
    assert {row["picture_sha256"] for row in rows} == {None}, "nothing more to count"


async def test_one_photo_sent_by_many_at_once_is_checked_once(
    fakes: Fakes, detection: Detection, engine: Checking
) -> None:
    items = [await a_photo(fakes, user_id) for user_id in range(1, 9)]
    found = await asyncio.gather(
        *(detection.verdict(Way.OTHER_ENGINE, engine, item, PICTURE) for item in items),
        *(detection.verdict(Way.OTHER_ENGINE, engine, item, OTHER) for item in items),
    )
    assert all(verdict.passed for verdict in found)
    assert engine.checks == 2
