"""Signals as an event; the same wherever the tests are started, under nohup or not."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from bot.commands.signals import stop_on_signals
from tests.support.deadlines import in_time


@pytest.fixture(autouse=True)
def in_a_terminal() -> Iterator[None]:
    """Whatever this process was told to ignore when it started."""
    numbers = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def under_nohup(in_a_terminal: None) -> None:
    """A process that was told to outlive its terminal."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_the_first_signal_sets_the_event(number: signal.Signals) -> None:
    with stop_on_signals() as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        await in_time(stop.wait())


async def test_the_second_ctrl_c_is_the_usual_one() -> None:
    with stop_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        await in_time(stop.wait())
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_under_nohup_the_other_signals_set_it(
    number: signal.Signals, under_nohup: None
) -> None:
    with stop_on_signals() as stop:
        os.kill(os.getpid(), number)
        await in_time(stop.wait())


async def test_nohup_is_respected(under_nohup: None) -> None:
    with stop_on_signals():
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
