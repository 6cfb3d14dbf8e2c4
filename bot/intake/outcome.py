"""What came of the check of one photo or voice."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Self

from storage.media import MediaState

NO_SPEECH = "ask-no-speech"
"""The fault of a voice in which nobody seems to speak: its sender is asked before it is used."""


@dataclass(frozen=True, slots=True)
class MediaOutcome:
    """The state it goes to, the reason's code, the facts to store and the numbers to say."""

    state: MediaState
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)

    def told(self) -> dict[str, str]:
        """What the wording needs, as the database keeps it."""
        return {"fault": self.reason, "fault_detail": json.dumps(self.numbers)}

    @classmethod
    def ready(cls, facts: dict[str, Any], **numbers: float) -> Self:
        """It is checked and at the provider."""
        return cls(MediaState.READY, facts=facts, numbers=numbers)

    @classmethod
    def refused(cls, reason: str, **numbers: float) -> Self:
        """It cannot be used."""
        return cls(MediaState.REFUSED, reason, numbers=numbers)

    @classmethod
    def asked(cls, reason: str, **numbers: float) -> Self:
        """It can be used if the person says so."""
        return cls(MediaState.ASKED, reason, numbers=numbers)
