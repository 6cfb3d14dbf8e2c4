"""Ctrl-C, SIGTERM and a closed terminal as an event, or as the cancelling of what is done."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """An event that the first signal sets; see `_heeding`."""
    stop = asyncio.Event()
    with _heeding(stop.set):
        yield stop


@contextlib.contextmanager
def cancelled_by_signals() -> Iterator[None]:
    """The first signal cancels the task that is within; see `_heeding`."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101
    with _heeding(task.cancel):
        yield


@contextlib.contextmanager
def _heeding(act: Callable[[], object]) -> Iterator[None]:
    """Act on the first signal; a second signal ends the process in the usual way.

    A hang-up that was ignored from the start (nohup) stays ignored.
    """
    loop = asyncio.get_running_loop()
    heeded = [number for number in _SIGNALS if not _ignored_hang_up(number)]

    def forget() -> None:
        for number in heeded:
            loop.remove_signal_handler(number)

    def first() -> None:
        act()
        forget()

    for number in heeded:
        loop.add_signal_handler(number, first)
    try:
        yield
    finally:
        forget()


def _ignored_hang_up(number: signal.Signals) -> bool:
    return number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN


def stop_when_stdin_closes() -> None:
    """Send this process SIGTERM when standard input ends.

    A pipe ends with the process that holds its other side, whatever that one died of. Read by
    number: a thread in Python's own `stdin` would hold a lock that the end of the process needs.
    """

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="stdin", daemon=True).start()
