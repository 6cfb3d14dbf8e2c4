"""What holds for every test, whatever machine it runs on."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator

import pytest

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ws_proxy", "wss_proxy")
_WORLD = "tests.support.world"


def pytest_configure() -> None:
    """Tests talk to this machine only: a proxy of the person who runs them is none of theirs."""
    for name in _PROXIES:
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure shows the chats, jobs, bill and the end of the log of every world in use."""
    report = yield
    if report.failed and _WORLD in sys.modules:
        for where, text in sys.modules[_WORLD].reports():
            report.sections.append((f"the world in {where}", text))
    return report
