"""How the local Telegram behaves where Telegram leaves a choice, or a test needs one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from bot.sandbox.telegram.errors import Refused


@dataclass(frozen=True, slots=True)
class Settings:
    """Changed with PATCH /sim/settings."""

    privacy_mode: bool = True
    # Undocumented by Telegram: does a group photo captioned with a command pass privacy mode?
    caption_commands_pass: bool = False
    rate_limits: bool = True
    # A Bot API server with --local: getFile names a file of its disk, of any size.
    local_mode: bool = False
    # Undocumented by Telegram: does a group's slow mode hold for bots that do not administer it?
    slow_mode_binds_bots: bool = True
    # Each update is delivered twice.
    repeat_updates: bool = False
    # A webhook gets the newest waiting update first, and those of one chat side by side.
    reorder_updates: bool = False
    webhook_retry_seconds: float = 1.0

    def as_json(self) -> dict[str, Any]:
        """All values by name."""
        return asdict(self)

    def changed(self, wanted: dict[str, Any]) -> Settings:
        """With some values replaced. Raises Refused for an unknown name or a wrong type."""
        known = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise Refused(400, f"There is no setting {name!r}.")
            expected = bool if isinstance(known[name], bool) else (int, float)
            if not isinstance(value, expected):
                raise Refused(400, f"{name} cannot be {value!r}.")
        return replace(self, **wanted)
