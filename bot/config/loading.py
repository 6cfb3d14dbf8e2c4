"""Loading the settings: all of them right, or one sentence for each that is wrong."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from bot.config.sentences import settings_invalid
from bot.config.service import ServiceSettings
from bot.config.settings import Settings

_Model = TypeVar("_Model", bound=ServiceSettings)


def load_settings() -> Settings:
    """The bot's settings; raises SettingsInvalid."""
    return _load(Settings)


def load_service_settings() -> ServiceSettings:
    """The settings of the video service alone; raises SettingsInvalid."""
    return _load(ServiceSettings)


def _load(model: type[_Model]) -> _Model:
    try:
        return model()
    except ValidationError as error:
        raise settings_invalid(error, model) from None
