"""The settings: typed, checked at start, from the environment and a `.env` file."""

from bot.config.folders import SettingsFolder, database_folder, make_folders, video_folders
from bot.config.loading import load_service_settings, load_settings
from bot.config.misspelt import misspelt_settings
from bot.config.sentences import SettingsInvalid
from bot.config.service import ServiceSettings
from bot.config.settings import Settings
from bot.config.source import env_file

__all__ = [
    "ServiceSettings",
    "Settings",
    "SettingsFolder",
    "SettingsInvalid",
    "database_folder",
    "env_file",
    "load_service_settings",
    "load_settings",
    "make_folders",
    "misspelt_settings",
    "video_folders",
]
