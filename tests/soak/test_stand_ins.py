"""The stand-ins take what those take for whom they stand: else a soak would soak nothing."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

from bot.media.worker import MediaWorker
from bot.pipeline.engine import Engine
from bot.telegram.files import Files
from bot.telegram.sender import Sender
from tests.soak.material import ScriptedFiles, ScriptedWorker
from tests.soak.provider import ScriptedProvider
from tests.soak.sender import ScriptedSender

PAIRS = (
    (ScriptedSender, Sender),
    (ScriptedWorker, MediaWorker),
    (ScriptedFiles, Files),
    (ScriptedProvider, Engine),
)


def shared(stand_in: type, real: type) -> Iterator[str]:
    """The methods of the real one that the other one has as well."""
    for name, method in inspect.getmembers(real, inspect.isfunction):
        if not name.startswith("_") and name != "run" and hasattr(stand_in, name):
            assert method
            yield name


@pytest.mark.parametrize(("stand_in", "real"), PAIRS)
def test_they_are_called_alike(stand_in: type, real: type) -> None:
    names = list(shared(stand_in, real))
    assert names
    for name in names:
        theirs = set(inspect.signature(getattr(real, name)).parameters)
        assert set(inspect.signature(getattr(stand_in, name)).parameters) == theirs, name
