"""The settings: typed, checked at start, from the environment and a `.env` file."""

from bot.config.loading import load_service_settings, load_settings
from bot.config.misspelt import misspelt_settings
from bot.config.places import Place, database_place, make_places, video_places
from bot.config.prices import Engine, Resolution, UnitPrices
from bot.config.sentences import SettingsInvalid
from bot.config.service import ServiceSettings
from bot.config.settings import Settings
from bot.config.source import env_file

__all__ = [
    "Engine",
    "Place",
    "Resolution",
    "ServiceSettings",
    "Settings",
    "SettingsInvalid",
    "UnitPrices",
    "database_place",
    "env_file",
    "load_service_settings",
    "load_settings",
    "make_places",
    "misspelt_settings",
    "video_places",
]
