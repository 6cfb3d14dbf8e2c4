"""Loading the settings: all of them right, or one sentence for each that is wrong."""

from __future__ import annotations

import os
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError

from bot.config.sentences import SettingsInvalid, settings_invalid
from bot.config.service import ServiceSettings
from bot.config.settings import Settings
from bot.config.source import env_file

_Model = TypeVar("_Model", bound=ServiceSettings)


def load_settings() -> Settings:
    """The bot's settings; raises SettingsInvalid."""
    return _load(Settings)


def load_service_settings() -> ServiceSettings:
    """The settings of the video service alone; raises SettingsInvalid."""
    return _load(ServiceSettings)


def _load(model: type[_Model]) -> _Model:
    if os.environ.get("ENV_FILE") and not env_file().is_file():
        raise SettingsInvalid(
            [f"ENV_FILE names {env_file()}, which is not there: create it, or unset ENV_FILE."]
        )
    try:
        return model()
    except ValidationError as error:
        raise settings_invalid(error, model) from None
    except (SettingsError, UnicodeDecodeError, OSError):
        raise SettingsInvalid(
            [f"The settings file {env_file()} cannot be read: save it as UTF-8 text, NAME=value."]
        ) from None
