"""What a person is told is left: the smaller of their quota and the bot's budget, exactly."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.gate import Rule, RuleRefused
from storage import verdicts
from storage.db.database import Database
from storage.jobs import ledger
from storage.jobs.ledger import Allowance, Caps, Price, next_month_milliseconds
from storage.media import ConversationKey
from tests.storage.orders import CAPS, NOON, PRICE, SHANGHAI, item, start
from tests.support.clock import HOUR, FakeClock

DAY = 24 * HOUR

some_milliseconds = st.integers(1, 90_000)
some_money = st.integers(0, 60_000_000)
some_caps = st.builds(
    Caps,
    zone=st.just(SHANGHAI),
    person_day_milliseconds=st.integers(0, 90_000),
    person_month_milliseconds=st.none() | st.integers(0, 120_000),
    bot_day_micro_yuan=some_money,
    bot_month_micro_yuan=some_money,
)
some_prices = st.builds(
    Price,
    micro_yuan_per_second=st.sampled_from([0, 1, 80_000, 500_000, 500_001, 900_000]),
    quota_weight_permille=st.sampled_from([1, 160, 999, 1000, 1001, 1800, 6250]),
)
some_orders = st.lists(
    st.tuples(st.sampled_from([1, 2]), some_milliseconds, st.sampled_from([-DAY, 0.0])), max_size=4
)


async def allowance(database: Database, price: Price, caps: Caps = CAPS) -> Allowance:
    return await ledger.allowance_of(database, 1, price, caps)


@settings(max_examples=25, deadline=None)
@given(caps=some_caps, price=some_prices, orders=some_orders, checked=some_money)
def test_all_that_is_left_can_be_had_and_no_more(
    caps: Caps, price: Price, orders: list[tuple[int, int, float]], checked: int
) -> None:
    async def scenario() -> None:
        with tempfile.TemporaryDirectory() as folder:
            clock = FakeClock()
            database = await Database.open(Path(folder) / "bot.db", clock)
            try:
                await _spend(database, clock, caps, orders, checked)
                await _holds_exactly(database, caps, price)
            finally:
                await database.close()

    asyncio.run(scenario())


async def _spend(
    database: Database,
    clock: FakeClock,
    caps: Caps,
    orders: list[tuple[int, int, float]],
    checked: int,
) -> None:
    for user_id, milliseconds, seconds in orders:
        clock.set_wall(seconds)
        with suppress(RuleRefused):
            await start(database, user_id, milliseconds, caps=caps)
        clock.set_wall(-seconds)
    async with database.transaction() as tx:
        await verdicts.count_check(
            tx,
            user_id=2,
            media_id=(await item(tx, "photo", ConversationKey(2, 0, 2))).id,
            picture_sha256="picture",
            model="model",
            micro_yuan=checked,
            zone=caps.zone,
        )


async def _holds_exactly(database: Database, caps: Caps, price: Price) -> None:
    left = (await allowance(database, price, caps)).left_milliseconds
    within, beyond = price.affordable_milliseconds(left), price.affordable_milliseconds(left + 1)
    if beyond > within:
        with pytest.raises(RuleRefused):
            await start(database, 1, beyond, caps=caps, price=price)
    if within:
        assert await start(database, 1, within, caps=caps, price=price)


@pytest.mark.parametrize(
    "caps",
    [replace(CAPS, bot_day_micro_yuan=10_000_000), replace(CAPS, bot_month_micro_yuan=10_000_000)],
    ids=["day", "month"],
)
async def test_the_budget_cuts_what_a_quota_allows(database: Database, caps: Caps) -> None:
    await start(database, 2, 15_000, caps=caps)
    cut = await allowance(database, PRICE, caps)
    assert (cut.left_milliseconds, cut.quota.left_milliseconds) == (5_000, 60_000)
    assert cut.is_cut


async def test_a_free_engine_is_never_cut_by_a_budget(database: Database) -> None:
    free = Price(micro_yuan_per_second=0, quota_weight_permille=1000)
    whole = await allowance(database, free, replace(CAPS, bot_day_micro_yuan=0))
    assert whole.left_milliseconds == 60_000
    assert not whole.is_cut


async def test_more_comes_when_the_last_of_the_empty_windows_begins_afresh(
    database: Database,
) -> None:
    caps = replace(CAPS, bot_day_micro_yuan=5_000_000, bot_month_micro_yuan=5_000_000)
    await start(database, 2, 10_000, caps=caps)
    afresh = next_month_milliseconds(NOON, SHANGHAI)
    assert (await allowance(database, PRICE, caps)).resets_at_milliseconds == afresh
    with pytest.raises(RuleRefused, match=Rule.BUDGET) as refusal:
        await start(database, 1, 1_000, caps=caps)
    assert refusal.value.values == {"resets_at": afresh}
