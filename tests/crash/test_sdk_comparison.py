"""The official SDK pays twice for a lost answer, or loses the video; this bot does neither."""

from __future__ import annotations

from typing import Any

import pytest

from tests.crash.comparison import Count, classic, client, one_order

# The SDK leaves its pooled connections open at exit and uses what its libraries deprecate.
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.filterwarnings("ignore")]

DROPPED: tuple[str, dict[str, Any]] = ("drop_after", {})
FAILED: tuple[str, dict[str, Any]] = ("error_after", {"code": 500})


@pytest.mark.parametrize("fault", [DROPPED, FAILED])
async def test_this_bot_pays_once_and_delivers(fault: tuple[str, dict[str, Any]]) -> None:
    assert await one_order(None, *fault) == Count(1, 1, 1, got_video=True)


async def test_the_official_sdk_pays_twice_for_one_dropped_connection() -> None:
    assert (await one_order(classic, *DROPPED)).billed > 1


async def test_the_official_sdk_pays_more_than_once_for_one_500() -> None:
    assert (await one_order(client, *FAILED)).billed > 1
