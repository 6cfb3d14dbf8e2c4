"""What could not be joined in the end is not offered to be made in parts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.intake.inputs import LongVoice
from bot.media.calls import plan_sound
from bot.media.errors import SoundRefused
from bot.media.exchange import SoundPlan
from bot.media.worker.room import LEAST_MIB, NEEDED_MIB, Room
from storage import media
from tests.support.fake_services import Fakes, common_services, limits_with
from tests.support.fakes import FakeMedia

PLAN = SoundPlan(duration_milliseconds=100_000, cuts=(0, 50_000), clips=(), silent_parts=0)


async def planned(fakes: Fakes, mebibytes: int) -> SoundPlan:
    worker = FakeMedia({plan_sound: lambda *_: PLAN})
    worker.room = Room(mebibytes)
    limits = limits_with(longest_voice_seconds=Decimal(300))
    common = common_services(
        fakes.database, fakes.clock, limits, sender=fakes.sender, members=None, worker=worker
    )
    voice = await media.get(fakes.database, (await fakes.waiting_job()).voice_id)
    assert voice is not None
    return await LongVoice(common=common).plan(voice, b"a long one")


async def test_a_long_voice_is_refused_where_there_is_too_little_memory(fakes: Fakes) -> None:
    with pytest.raises(SoundRefused):
        await planned(fakes, LEAST_MIB)
    with pytest.raises(SoundRefused):
        await planned(fakes, NEEDED_MIB * 3 // 4)


async def test_a_long_voice_is_planned_where_there_is_enough(fakes: Fakes) -> None:
    assert await planned(fakes, NEEDED_MIB) == PLAN
    assert await planned(fakes, NEEDED_MIB * 9 // 10) == PLAN, "the kernel keeps some of it"
