"""A wrong setting, said in one sentence: its name, the value's fault, the remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

# A value is never shown where it is, or may contain, a secret (a URL may carry a password).
_HIDDEN = frozenset(
    {
        "telegram_bot_token",
        "telegram_base_url",
        "dashscope_api_key",
        "dashscope_base_url",
        "database_url",
    }
)
# What was pasted into the wrong line may be a secret as well.
_LIKE_A_SECRET = re.compile(r"[A-Za-z0-9_-]{16,}")
_OWN_SENTENCE = "value_error"
_FAULTS = {
    "missing": "is missing",
    "literal_error": "is not one of the choices",
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "decimal_max_places": "has too many decimal places",
    "decimal_parsing": "is not a number",
    "decimal_type": "is not a number",
    "float_parsing": "is not a number",
    "finite_number": "is not a finite number",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "int_parsing_size": "is too large",
}


class SettingsInvalid(Exception):
    """One or more settings are wrong, or ask for what this machine cannot do; `sentences` has one
    for each, with what to do, and no secret's value.
    """

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def sentences_of(error: ValidationError, fields: Mapping[str, FieldInfo]) -> list[str]:
    """What pydantic found, as sentences for the operator."""
    return [_sentence(detail, fields) for detail in error.errors()]


def _sentence(detail: ErrorDetails, fields: Mapping[str, FieldInfo]) -> str:
    if not detail["loc"]:
        return _own_words(detail)
    name = str(detail["loc"][0])
    shown = _shown(name, detail["input"])
    if detail["type"] == _OWN_SENTENCE:
        return f"{name.upper()}{shown} {_own_words(detail)}"
    fault = _FAULTS.get(detail["type"], "cannot be understood")
    return f"{name.upper()}{shown} {fault}: write {fields[name].description}."


def _own_words(detail: ErrorDetails) -> str:
    return f"{detail['ctx']['error']}."


def _shown(name: str, value: object) -> str:
    if name in _HIDDEN or not isinstance(value, str) or not value.strip():
        return ""
    return "" if _LIKE_A_SECRET.search(value) else f" ({value[:60]!r})"
