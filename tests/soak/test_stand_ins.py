"""The stand-ins take what those take for whom they stand: else a soak would soak nothing."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from inspect import Parameter

import pytest

from bot.engines.base import Engine
from bot.media.worker.client import MediaWorker
from bot.telegram.files import Files
from bot.telegram.sender import Sender
from tests.soak.material import RandomFiles, RandomWorker
from tests.soak.provider import RandomProvider
from tests.soak.sender import RandomSender

PAIRS = (
    (RandomSender, Sender),
    (RandomWorker, MediaWorker),
    (RandomFiles, Files),
    (RandomProvider, Engine),
)


def shared(stand_in: type, real: type) -> Iterator[str]:
    """The methods of the real one that the other one has as well."""
    for name, method in inspect.getmembers(real, inspect.isfunction):
        if not name.startswith("_") and name != "run" and hasattr(stand_in, name):
            assert method
            yield name


@pytest.mark.parametrize(("stand_in", "real"), PAIRS)
def test_they_can_be_called_alike(stand_in: type, real: type) -> None:
    names = list(shared(stand_in, real))
    assert names
    for name in names:
        parameters = inspect.signature(getattr(real, name)).parameters.values()
        named = {p.name: p for p in parameters if p.kind is Parameter.KEYWORD_ONLY}
        placed = [p for p in parameters if p.kind is Parameter.POSITIONAL_OR_KEYWORD]
        inspect.signature(getattr(stand_in, name)).bind(*placed, **named)
