"""What can be set on the local provider, while it runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from bot.config.service import DEMO_API_KEY

DetectRefusalShape = Literal["http200", "http400"]


class SettingRefused(ValueError):
    """A setting that does not exist or a value it cannot have; the text says which."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """The local provider's settings; `render_seconds` None means as fast as the renderer is."""

    render_seconds: float | None = None
    """How long every task runs at least, from RUNNING to its end."""
    refuse_seconds: float = 1.0
    """How long a task runs before it fails for its input."""
    queue_limit: int | None = None
    """Tasks an account may have waiting before a submission is answered 429; None: any number."""
    policy_seconds: int = 300
    """How long an upload policy is good for."""
    detect_refusal_shape: DetectRefusalShape = "http200"
    list_zone_hours: int = 8
    """The zone (hours east of UTC) of the times that filter the list of tasks."""
    list_lag_seconds: float = 0.0
    """How long a new task is not in the list yet."""
    list_page_size: int = 100
    """The rows of a page at most, however many were asked for."""
    list_overlap: int = 0
    """So many rows of a page are those at the end of the one before."""
    clock_ahead_seconds: float = 0.0
    """How far its clock is ahead of this machine's."""
    sends_date: bool = True
    """Whether answers carry a Date."""
    retired_models: tuple[str, ...] = ()
    api_keys: Mapping[str, str] = field(
        default_factory=lambda: {DEMO_API_KEY: "demo"}, repr=False, hash=False
    )
    """Each accepted key and the account it belongs to; never shown."""

    def as_json(self) -> dict[str, Any]:
        """The settings as the control API shows them: without the keys."""
        return {name: getattr(self, name) for name in _CHECKS}

    def changed(self, changes: Mapping[str, Any]) -> ProviderSettings:
        """Return the settings with these changes. Raises SettingRefused."""
        for name, value in changes.items():
            if name not in _CHECKS:
                raise SettingRefused(f"there is no setting {name!r}")
            if not _CHECKS[name](value):
                raise SettingRefused(f"{name} cannot be {value!r}")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in changes.items()
        }
        return replace(self, **values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_list_of_models(value: object) -> bool:
    return isinstance(value, list | tuple) and all(
        isinstance(name, str) and re.fullmatch(r"[\w.-]+", name) for name in value
    )


_CHECKS: dict[str, Callable[[Any], object]] = {
    "render_seconds": lambda value: value is None or _is_number(value),
    "refuse_seconds": _is_number,
    "queue_limit": lambda value: value is None or _is_count(value),
    "policy_seconds": _is_count,
    "detect_refusal_shape": lambda value: value in get_args(DetectRefusalShape),
    "list_zone_hours": lambda value: value in range(-12, 15),
    "list_lag_seconds": _is_number,
    "list_page_size": lambda value: _is_count(value) and value > 0,
    "list_overlap": _is_count,
    "clock_ahead_seconds": lambda value: _is_number(abs(value)),
    "sends_date": lambda value: isinstance(value, bool),
    "retired_models": _is_list_of_models,
}
