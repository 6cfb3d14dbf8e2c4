"""A paid video that is not where it should be, or not yet, is brought all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.world import world

pytestmark = pytest.mark.proof


@pytest.mark.parametrize(
    ("kind", "times", "params"),
    [("status", 4, {"code": 403}), ("result_moved", 3, {}), ("result_moved", 8, {})],
)
async def test_it_comes_and_is_paid_once(
    tmp_path: Path, kind: str, times: int, params: dict[str, int]
) -> None:
    async with world(tmp_path, factor=20.0, stand_ins=True) as made:
        made.faults.add("provider", "result", kind, times=times, params=params)
        ada = await made.person()
        await ada.sends_photo()
        await ada.says()
        await ada.sees_video()
        assert made.faults.active("provider") == []
        assert len((await made.provider("tasks"))["tasks"]) == 1
        await made.ledger_balances()
