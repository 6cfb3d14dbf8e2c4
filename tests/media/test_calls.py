"""What the bot's own process knows of a call is what the function in the media process is."""

from __future__ import annotations

import inspect
from pkgutil import resolve_name
from typing import Any, get_type_hints

import pytest

from bot.media import calls
from bot.media.calls import MediaCall
from bot.media.worker.kinds import ENDING_PREVIEWS

CALLS = {name: call for name, call in vars(calls).items() if isinstance(call, MediaCall)}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_takes_and_returns_what_its_function_does(name: str) -> None:
    call: Any = CALLS[name]
    given, result = call.__orig_class__.__args__
    function = resolve_name(f"bot.media.{call.name}")
    types, taken = get_type_hints(function), list(inspect.signature(function).parameters)
    assert function.__name__ == name or call.kind is ENDING_PREVIEWS
    assert (list(given), result) == ([types[each] for each in taken[: len(given)]], types["return"])
