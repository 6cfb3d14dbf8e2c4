"""Where settings come from: the environment first, then a file."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import Self

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.config.mending import unquoted
from bot.config.sentences import SettingsInvalid, sentences_of

_NOT_TEXT = "is not UTF-8 text: save it as UTF-8, with lines NAME=value"


def env_file() -> Path:
    """The file of settings: `.env` here, or the one that the variable ENV_FILE names."""
    return Path(os.environ.get("ENV_FILE", ".env"))


def settings_in_file() -> dict[str, str | None]:
    """What that file says, by the names as they are written there; nothing where there is none.

    Raises SettingsInvalid for a file that cannot be read, or that ENV_FILE names in vain.
    """
    if os.environ.get("ENV_FILE") == "":
        return {}
    return dotenv_values(stream=io.StringIO(_text()))


class FromEnvironment(BaseModel):
    """The environment first, then the file that `env_file` names."""

    model_config = ConfigDict(
        frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True, validate_default=True
    )

    @classmethod
    def load(cls, *, online: bool = True) -> Self:
        """All of them right, or SettingsInvalid with one sentence for each that is wrong.

        For what is `online`, a proxy that cannot be used is as wrong as they.
        """
        wrong = _network_faults() if online else []
        try:
            settings = cls.model_validate(_written())
        except ValidationError as error:
            raise SettingsInvalid(*wrong, *sentences_of(error, cls.model_fields)) from None
        if wrong:
            raise SettingsInvalid(*wrong)
        return settings


def _written() -> dict[str, str]:
    """What is written of all settings, by their names in small letters."""
    said = [*settings_in_file().items(), *os.environ.items()]
    return {name.lower(): unquoted(value) for name, value in said if value is not None}


def _network_faults() -> list[str]:
    from bot.network import faults  # what needs no network does not load its library

    return faults()


def _text() -> str:
    try:
        # A pipe would be empty, or wait for ever, when it is read again.
        if not stat.S_ISREG(env_file().stat().st_mode):
            raise _unusable("is not a file: move it away, and write the settings to a file")
        text = env_file().read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if "ENV_FILE" not in os.environ:
            return ""
        raise SettingsInvalid(
            f"ENV_FILE names {env_file()}, which is not there: create it, or unset ENV_FILE."
        ) from None
    except UnicodeDecodeError:
        raise _unusable(_NOT_TEXT) from None
    except OSError as error:
        raise _unusable(
            f"cannot be read ({error.strerror}): let this user read it, or have ENV_FILE name "
            "another one"
        ) from None
    # UTF-16 without a mark at its beginning passes for UTF-8, with a zero beside each letter.
    if "\0" in text:
        raise _unusable(_NOT_TEXT)
    return text


def _unusable(fault: str) -> SettingsInvalid:
    return SettingsInvalid(f"The settings file {env_file()} {fault}.")
