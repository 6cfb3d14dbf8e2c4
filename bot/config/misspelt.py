"""Settings that nobody reads, and values that mean another: most often a typing slip."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator

from bot.config.mending import mended_settings
from bot.config.sentences import SettingsInvalid
from bot.config.settings import Settings
from bot.config.source import env_file, settings_in_file

_SIMILAR = 0.85


def misspelt_settings() -> list[str]:
    """One sentence for each name in the settings file that is no setting, for each variable of the
    environment that is nearly one, and for each value that was mended; a file that cannot be read
    is the loading's to tell.
    """
    written = {name.upper(): value for name, value in [*_in_file().items(), *os.environ.items()]}
    known = {name: value for name, value in written.items() if name in setting_names()}
    return [*_from_file(), *_from_environment(), *mended_settings(known)]


def setting_names() -> frozenset[str]:
    """Every setting, as it is spelt in the environment."""
    return frozenset(name.upper() for name in Settings.model_fields)


def _from_file() -> Iterator[str]:
    for name in _in_file():
        if name.upper() not in setting_names():
            yield f"{name} in {env_file()} is not a setting{_hint(name)}"


def _in_file() -> dict[str, str | None]:
    try:
        return settings_in_file()
    except SettingsInvalid:
        return {}


def _from_environment() -> Iterator[str]:
    for name in os.environ:
        if name.upper() not in setting_names() and _nearest(name):
            yield f"{name} in the environment is not a setting{_hint(name)}"


def _hint(name: str) -> str:
    nearest = _nearest(name)
    return f": did you mean {nearest}?" if nearest else " and has no effect: remove it."


def _nearest(name: str) -> str | None:
    found = difflib.get_close_matches(name.upper(), setting_names(), n=1, cutoff=_SIMILAR)
    return found[0] if found else None
