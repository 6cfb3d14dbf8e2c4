"""What these tests share."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from bot.http_server import listener_on


@pytest.fixture
def port() -> Iterator[int]:
    """A port that nobody else is given meanwhile, and the bot can have."""
    with listener_on("", 0) as keeper:
        yield int(keeper.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port where another program listens."""
    with socket.create_server(("", 0)) as other:
        yield int(other.getsockname()[1])
