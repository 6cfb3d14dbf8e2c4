"""What holds for every test, whatever machine it runs on."""

from __future__ import annotations

import os

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ws_proxy", "wss_proxy")


def pytest_configure() -> None:
    """Tests talk to this machine only: a proxy of the person who runs them is none of theirs."""
    for name in _PROXIES:
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
