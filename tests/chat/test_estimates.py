"""When a task is looked at: first when few have ended, then at the interval."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.chat.estimates import LEARN_FROM, PollSchedule, ServiceTimes
from bot.config.service import DEMO_API_KEY
from bot.config.settings import Settings

RATIOS = [10.0 + number for number in range(50)]


def test_what_this_machine_makes_has_an_estimate_from_the_first_video_on() -> None:
    """Seconds for a voice of ten; of the service nothing is known before it was learnt."""
    assert ServiceTimes([]).range_seconds(10_000) is None
    low, high = ServiceTimes([], is_here=True).range_seconds(10_000) or (0.0, 0.0)
    assert 0 < low < high < 60
    learnt = ServiceTimes(RATIOS, is_here=True).range_seconds(1_000)
    assert learnt == ServiceTimes(RATIOS).range_seconds(1_000) == (15.0, 55.0)


@pytest.mark.parametrize(("key", "is_here"), [(DEMO_API_KEY, True), ("sk-of-somebody", False)])
def test_the_local_service_is_told_from_the_paid_one(key: str, is_here: bool) -> None:
    settings = Settings.model_construct(dashscope_api_key=SecretStr(key))
    assert settings.is_made_here("wan2.2-s2v") is is_here
    assert settings.is_made_here("preview")


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
