"""When a task is looked at: first when few have ended, then at the interval."""

from __future__ import annotations

import pytest

from bot.chat.estimates import LEARN_FROM, PollSchedule, ServiceTimes

RATIOS = [10.0 + number for number in range(50)]


@pytest.mark.parametrize(("interval", "next_seconds"), [(None, 5.0), (0.2, 0.2), (30.0, 30.0)])
def test_the_first_look_comes_at_the_learned_quantile_and_the_next_after_the_interval(
    interval: float | None, next_seconds: float
) -> None:
    schedule = PollSchedule(ServiceTimes(RATIOS), interval)
    assert schedule.first_seconds(4_000) == 4 * sorted(RATIOS)[1]
    assert schedule.next_seconds(4_000, 44.0) == next_seconds


@pytest.mark.parametrize(("interval", "seconds"), [(None, 15.0), (0.2, 0.2), (0.0, 0.0)])
def test_before_enough_was_learned_every_look_comes_after_the_interval(
    interval: float | None, seconds: float
) -> None:
    schedule = PollSchedule(ServiceTimes(RATIOS[: LEARN_FROM - 1]), interval)
    assert schedule.first_seconds(4_000) == schedule.next_seconds(4_000, 99.0) == seconds
