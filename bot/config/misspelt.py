"""Settings that nobody reads, and values that mean another: most often a typing slip."""

from __future__ import annotations

import difflib
import os
from contextlib import suppress

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
    known, in_file = setting_names(), dict[str, str | None]()
    with suppress(SettingsInvalid):
        in_file = settings_in_file()
    wrong = [(name, str(env_file())) for name in in_file if name.upper() not in known]
    wrong += [
        (name, "the environment")
        for name in os.environ
        if name.upper() not in known and _nearest(name)
    ]
    written = {name.upper(): value for name, value in [*in_file.items(), *os.environ.items()]}
    mended = mended_settings({name: value for name, value in written.items() if name in known})
    return [*(f"{name} in {place} is not a setting{_hint(name)}" for name, place in wrong), *mended]


def setting_names() -> frozenset[str]:
    """Every setting, as it is spelt in the environment."""
    return frozenset(name.upper() for name in Settings.model_fields)


def _hint(name: str) -> str:
    nearest = _nearest(name)
    return f": did you mean {nearest}?" if nearest else " and has no effect: remove it."


def _nearest(name: str) -> str | None:
    found = difflib.get_close_matches(name.upper(), setting_names(), n=1, cutoff=_SIMILAR)
    return found[0] if found else None
