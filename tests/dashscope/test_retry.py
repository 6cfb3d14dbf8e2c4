"""When to repeat a call."""

from __future__ import annotations

import pytest

from bot.dashscope.errors import (
    InputNotFetched,
    InputRefused,
    Moderated,
    NotCancellable,
    NotSent,
    RequestInvalid,
    ResultGone,
    ServiceStopped,
    StopCause,
    SubmitUnknown,
    TaskFailed,
    Throttled,
    TryAgain,
)
from bot.retry import RetrySchedule

FULL = RetrySchedule(attempts=9, first_seconds=1, longest_seconds=60, jitter=lambda: 1.0)


def test_waits_double_up_to_the_longest() -> None:
    delays = [FULL.delay_seconds(attempt, TryAgain("")) for attempt in range(1, 9)]
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60]


def test_jitter_shortens_a_wait_by_half_at_most() -> None:
    shortest = RetrySchedule(first_seconds=8, jitter=lambda: 0.0)
    middle = RetrySchedule(first_seconds=8, jitter=lambda: 0.5)
    assert shortest.delay_seconds(1, TryAgain("")) == 4
    assert middle.delay_seconds(1, TryAgain("")) == 6


def test_the_last_attempt_is_the_last() -> None:
    twice = RetrySchedule(attempts=2)
    assert twice.delay_seconds(1, TryAgain("")) is not None
    assert twice.delay_seconds(2, TryAgain("")) is None
    assert RetrySchedule(attempts=1).delay_seconds(1, TryAgain("")) is None


def test_the_providers_own_wish_is_honoured_when_it_is_longer() -> None:
    assert FULL.delay_seconds(1, Throttled("", retry_after_seconds=90)) == 90
    assert FULL.delay_seconds(4, Throttled("", retry_after_seconds=3)) == 8
    assert FULL.delay_seconds(1, Throttled("")) == 1


@pytest.mark.parametrize(
    "error",
    [
        SubmitUnknown(""),
        InputRefused(""),
        Moderated(""),
        InputNotFetched(""),
        TaskFailed(""),
        ServiceStopped("", cause=StopCause.KEY),
        RequestInvalid(""),
        NotCancellable(""),
        ResultGone(""),
        ValueError(""),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_repeating_cannot_help_is_not_repeated(error: Exception) -> None:
    assert FULL.delay_seconds(1, error) is None


def test_a_submission_is_repeated_only_where_nothing_was_done() -> None:
    submitting = RetrySchedule(repeatable=(NotSent, Throttled))
    assert submitting.delay_seconds(1, NotSent("")) is not None
    assert submitting.delay_seconds(1, Throttled("")) is not None
    assert submitting.delay_seconds(1, TryAgain("")) is None
    assert submitting.delay_seconds(1, SubmitUnknown("")) is None


def test_a_very_late_attempt_is_no_arithmetic_problem() -> None:
    endless = RetrySchedule(attempts=10**9, jitter=lambda: 1.0)
    assert endless.delay_seconds(10**8, TryAgain("")) == 60


def test_the_default_jitter_varies() -> None:
    delays = {RetrySchedule().delay_seconds(1, TryAgain("")) for _ in range(20)}
    assert len(delays) > 1
    assert all(delay is not None and 0.5 <= delay <= 1 for delay in delays)
