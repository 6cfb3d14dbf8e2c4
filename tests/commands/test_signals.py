"""Signals as an event."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from bot.commands.signals import stop_on_signals
from tests.support.deadlines import in_time


@pytest.fixture
def under_nohup() -> Iterator[None]:
    """A process that was told to outlive its terminal."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


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


async def test_nohup_is_respected(under_nohup: None) -> None:
    with stop_on_signals():
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
