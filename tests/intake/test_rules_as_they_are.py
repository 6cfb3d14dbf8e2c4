"""The gate reads the rules as they are in its transaction: each of them, for every way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import pytest

from bot.gate import Gate, Rule, RuleRefused, Wanted, Way
from storage import verdicts
from storage.db.database import Transaction
from storage.groups import borrowed_media, chats, decisions, groups
from storage.jobs.jobs import Job
from storage.media import ConversationKey, Media
from storage.people import consents, people, preferences
from tests.storage import orders
from tests.support.fake_services import Fakes, limits_with

ADA, OWNER, GROUP = 7, 8, -5
HERE = ConversationKey(GROUP, 0, ADA)
DAY_SECONDS = 24 * 3600.0
CHECKED = (Way.OPEN, Way.PHOTO_CHECK, Way.OTHER_ENGINE)
"""The ways on which a photo is checked; on the others a video is held for."""


class Nobody:
    """No administrator."""

    async def administers(self, *_: int) -> bool:
        return False


class Place:
    """A group in which Ada has a job made of a photo of somebody else's."""

    def __init__(self, fakes: Fakes, **limits: Any) -> None:
        changed = {
            "allowed_groups": frozenset({GROUP}),
            "quota_seconds_per_day": Decimal(20),
            "quota_seconds_per_month": Decimal(30),
            "budget_yuan_per_day": Decimal(20),
            "budget_yuan_per_month": Decimal(30),
            "detections_per_person_per_day": 1,
            "jobs_waiting_per_person": 1,
            **limits,
        }
        telegram = replace(fakes.common.telegram, members=cast(Any, Nobody()))
        self.common = replace(fakes.common, limits=limits_with(**changed), telegram=telegram)
        self.gate, self.database = Gate(common=self.common), fakes.database
        self.photo, self.voice, self.job = cast(tuple[Media, Media, Job], (None, None, None))

    async def prepare(self) -> None:
        async with self.database.transaction() as tx:
            await consents.give(tx, ADA, self.common.limits.agreement, "en")
            self.photo = await orders.item(tx, "photo", HERE)
            self.voice = await orders.item(tx, "voice", HERE)
            await borrowed_media.borrow(tx, self.photo.id, OWNER)
        self.job = await orders.start(self.database, 99, 1_000)

    async def refusals(self) -> dict[Way, Rule | None]:
        """What each way is refused for."""
        return {way: await self._refusal(way) for way in Way}

    async def _refusal(self, way: Way) -> Rule | None:
        effective = await self.gate.effective(HERE)
        wanted = Wanted(
            way=way,
            conversation=HERE,
            items=(self.photo, self.voice),
            job=self.job,
            effective=effective,
            resolution="480P",
            check_micro_yuan=4_000 if way in CHECKED else None,
            length_milliseconds=5_000,
            wanted_at_milliseconds=orders.NOON,
        )
        try:
            await self.gate.check(wanted)
        except RuleRefused as refusal:
            return refusal.rule
        return None


async def ban(tx: Transaction, place: Place) -> None:
    await people.ban(tx, ADA, OWNER)


async def admins_only(tx: Transaction, place: Place) -> None:
    await groups.choose(tx, GROUP, {"who": "admins"})


async def list_only(tx: Transaction, place: Place) -> None:
    await groups.choose(tx, GROUP, {"who": "list"})


async def another_agreement(tx: Transaction, place: Place) -> None:
    await tx.execute("UPDATE consents SET version = version - 1")


async def own_only(tx: Transaction, place: Place) -> None:
    await groups.choose(tx, GROUP, {"others_photos": 0})


async def objection(tx: Transaction, place: Place) -> None:
    await borrowed_media.object_to_all(tx, GROUP, OWNER)


async def stopped_by_an_admin(tx: Transaction, place: Place) -> None:
    await borrowed_media.stop(tx, [place.photo.id])


async def taken_down(tx: Transaction, place: Place) -> None:
    await decisions.take_down(tx, place.job, OWNER)


async def longest(tx: Transaction, place: Place) -> None:
    await groups.choose(tx, GROUP, {"longest_milliseconds": 4_999})


async def resolution(tx: Transaction, place: Place) -> None:
    await groups.choose(tx, GROUP, {"resolution": "720P"})


async def one_waits(tx: Transaction, place: Place) -> None:
    await orders.make(tx, await orders.order(tx, ADA, 1_000))


async def checked_today(tx: Transaction, place: Place) -> None:
    await verdicts.count_check(
        tx,
        user_id=ADA,
        media_id=place.photo.id,
        picture_sha256="p",
        model="m",
        micro_yuan=1,
        zone=orders.SHANGHAI,
    )


async def asks_first(tx: Transaction, place: Place) -> None:
    await preferences.choose(tx, ADA, {"confirm_above_milliseconds": 0})


def spent(user_id: int, milliseconds: int) -> Callable[[Transaction, Place], Awaitable[None]]:
    """Of the quota or the money, by a video that nobody waits for any more."""

    async def spend(tx: Transaction, place: Place) -> None:
        assert await orders.make(tx, await orders.order(tx, user_id, milliseconds))
        await tx.execute(
            "UPDATE tasks SET state = 'submitting', account = 'a', slot = id,"
            " submitting_at_milliseconds = 1"
        )

    return spend


BROKEN = {
    "banned": (Rule.BANNED, ban),
    "who=admins": (Rule.WHO, admins_only),
    "who=list": (Rule.WHO, list_only),
    "consent old": (Rule.CONSENT, another_agreement),
    "others' photos": (Rule.OTHERS, own_only),
    "objection": (Rule.OBJECTION, objection),
    "stopped": (Rule.OBJECTION, stopped_by_an_admin),
    "taken down": (Rule.WITHDRAWN, taken_down),
    "longest": (Rule.LONGEST, longest),
    "resolution": (Rule.RESOLUTION, resolution),
    "waiting": (Rule.WAITING, one_waits),
    "checks": (Rule.CHECKS, checked_today),
    "quota": (Rule.QUOTA, spent(ADA, 15_001)),
    "budget": (Rule.BUDGET, spent(OWNER, 39_000)),
    "a question first": (Rule.CONFIRM, asks_first),
}
OF_CHECKS = {Rule.CHECKS}
OF_VIDEOS = {Rule.WAITING, Rule.QUOTA, Rule.CONFIRM}


@pytest.mark.parametrize("broken", BROKEN)
async def test_each_rule_refuses_every_way_that_asks_it(fakes: Fakes, broken: str) -> None:
    rule, breaks = BROKEN[broken]
    place = Place(fakes)
    await place.prepare()
    assert set((await place.refusals()).values()) == {None}
    async with fakes.database.transaction() as tx:
        await breaks(tx, place)
    for way, refused in (await place.refusals()).items():
        asked = rule in way.rules
        asked &= way in CHECKED if rule in OF_CHECKS else True
        asked &= way not in CHECKED if rule in OF_VIDEOS else True
        assert refused == (rule if asked else None), way


async def test_in_a_group_that_is_not_allowed_nothing_is_made(fakes: Fakes) -> None:
    place = Place(fakes, allowed_groups=frozenset({-6}))
    await place.prepare()
    for way, refused in (await place.refusals()).items():
        assert refused == (Rule.GROUP if Rule.GROUP in way.rules else None), way
    async with fakes.database.transaction() as tx:
        await chats.move(tx, -6, GROUP)
    assert set((await place.refusals()).values()) == {None}


async def test_what_has_lain_too_long_is_asked_about(fakes: Fakes) -> None:
    place = Place(fakes)
    await place.prepare()
    fakes.clock.advance(30 * DAY_SECONDS)
    for way, refused in (await place.refusals()).items():
        assert refused == (Rule.AGE if Rule.AGE in way.rules else None), way


@pytest.mark.parametrize(
    ("user_id", "milliseconds", "rule"), [(ADA, 12_501, Rule.QUOTA), (OWNER, 27_001, Rule.BUDGET)]
)
async def test_the_month_binds_as_the_day_does(
    fakes: Fakes, user_id: int, milliseconds: int, rule: Rule
) -> None:
    place = Place(fakes)
    await place.prepare()
    for _ in range(2):
        async with fakes.database.transaction() as tx:
            await spent(user_id, milliseconds)(tx, place)
        fakes.clock.advance(DAY_SECONDS)
    wanted = Wanted(
        way=Way.PAIR,
        conversation=HERE,
        effective=await place.gate.effective(HERE),
        length_milliseconds=5_000,
    )
    with pytest.raises(RuleRefused, match=rule):
        await place.gate.check(wanted)


async def test_a_tap_that_leaves_less_than_a_third_is_asked_about_first(fakes: Fakes) -> None:
    place = Place(fakes)
    await place.prepare()
    effective = await place.gate.effective(HERE)
    for way in Way:
        wanted = Wanted(way=way, conversation=HERE, effective=effective, length_milliseconds=13_334)
        if way not in (Way.RETRY, Way.FINER):
            await place.gate.check(wanted)
            continue
        await place.gate.check(replace(wanted, length_milliseconds=13_333))
        await place.gate.check(replace(wanted, agreed_milliseconds=13_334))
        with pytest.raises(RuleRefused, match=Rule.CONFIRM):
            await place.gate.check(wanted)
